from . import oms_cancel, oms_fetch
