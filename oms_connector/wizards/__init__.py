from . import oms_cancel, oms_fetch, oms_message_correct
