from . import test_decision
from . import test_node
from . import test_quantities
from . import test_security
from . import test_sourcing
from . import test_waiting
