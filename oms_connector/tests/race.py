"""What tests of two workers at once share: transactions of their own."""

from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import get_db_name
from odoo.tests.common import BaseCase


class RaceCase(BaseCase):
    """What two transactions see of each other must be committed.

    Each test takes away what it has made.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())

    @contextmanager
    def transaction(self):
        """What is done inside is committed in the end."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    @contextmanager
    def passing_transaction(self):
        """What is done inside and not committed there is undone in the end."""
        with self.transaction() as env:
            try:
                yield env
            finally:
                env.cr.rollback()
