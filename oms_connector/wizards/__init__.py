from . import oms_fetch
