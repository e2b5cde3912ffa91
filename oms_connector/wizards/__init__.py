from . import oms_cancel, oms_drift_accept, oms_fetch, oms_message_correct
