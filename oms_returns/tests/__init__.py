from . import test_credit
from . import test_in_return
from . import test_invoicing
from . import test_race
from . import test_receipt
from . import test_refund
from . import test_return
from . import test_security
