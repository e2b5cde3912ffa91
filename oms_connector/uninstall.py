"""What Odoo itself leaves behind when an add-on is uninstalled."""

from odoo.tools import SQL


def uninstall_hook(env):
    """Remove the traces of `oms_connector`, while its records are still there."""
    remove_references(env)
    _remove_jobs(env)
    _remove_stops(env)
    _remove_provider_copies(env)
    env["payment.provider"]._remove_provider("oms_channel")
    _remove_price_history(env)


def remove_references(env):
    """Remove what points at the models and fields of the modules to remove.

    That is jobs that nobody could run any more, the names that other modules gave to
    parts of our models (those that come with `mail.thread`, for instance), and the
    notes on foreign keys between their tables and ours.
    """
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            WITH gone AS (
                SELECT id, name FROM ir_module_module WHERE state = 'to remove'),
            ours AS (
                SELECT model.id, model.model
                FROM ir_model AS model
                JOIN ir_model_data AS data
                  ON data.model = 'ir.model' AND data.res_id = model.id
                GROUP BY model.id
                HAVING bool_and(data.module IN (SELECT name FROM gone))
            ),
            names AS (
                DELETE FROM ir_model_data AS data
                WHERE data.model = 'ir.model.inherit' AND data.res_id IN (
                    SELECT id FROM ir_model_inherit
                    WHERE model_id IN (SELECT id FROM ours))
                OR data.model = 'ir.model.fields.selection' AND data.res_id IN (
                    SELECT choice.id FROM ir_model_fields_selection AS choice
                    JOIN ir_model_fields AS field ON field.id = choice.field_id
                    WHERE field.model_id IN (SELECT id FROM ours))
            ),
            keys AS (
                DELETE FROM ir_model_constraint
                WHERE type = 'f' AND module IN (SELECT id FROM gone)
            )
            DELETE FROM queue_job WHERE model_name IN (SELECT model FROM ours)
            """
        )
    )
    env.invalidate_all()


def _remove_jobs(env):
    """Of our methods on Odoo's own models."""
    env["queue.job"].search([("method_name", "=like", r"\_oms\_%")]).unlink()


def _remove_stops(env):
    """They name who stopped a sale, and so would keep the users that we brought."""
    env["oms.sales.stop"].with_context(active_test=False).search([]).unlink()


def _remove_provider_copies(env):
    """Those that were made for further companies and never took part in a payment."""
    providers = env["payment.provider"].with_context(active_test=False)
    copies = providers.search(
        [
            ("code", "=", "oms_channel"),
            ("id", "!=", env.ref("oms_connector.payment_provider_channel").id),
        ]
    )
    used = env["payment.transaction"]._read_group(
        [("provider_id", "in", copies.ids)], ["provider_id"]
    )
    (copies - copies.browse(provider.id for (provider,) in used)).unlink()


def _remove_price_history(env):
    """Of our own products that go because nobody bought them; Odoo would keep it."""
    data = env["ir.model.data"].search(
        [("module", "=", "oms_connector"), ("model", "=", "product.product")]
    )
    ids = data.mapped("res_id")
    sold = env["sale.order.line"]._read_group(
        [("product_id", "in", ids)], ["product_id"]
    )
    stay = {product.id for (product,) in sold}
    prices = env["product.value"].sudo()
    prices.search([("product_id", "in", list(set(ids) - stay))]).unlink()
