from odoo.addons.oms_connector.tests import test_claim


class TestClaimOfNodes(test_claim.TestClaim):
    """The same, where nodes are chosen."""
