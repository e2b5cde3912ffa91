"""Many older orders, with everything that belongs to them, by copies in SQL.

Made of the orders that intake has taken in this run, so that they are as real as those.
"""

from odoo.tools import SQL

COPIED = {
    "res_partner": "id IN (SELECT unnest(ARRAY[partner_id, partner_invoice_id,"
    " partner_shipping_id]) FROM old_order)",
    "oms_customer": "partner_id IN (SELECT partner_id FROM old_order)",
    "sale_order": "id IN (SELECT id FROM old_order)",
    "sale_order_line": "order_id IN (SELECT id FROM old_order)",
    "account_tax_sale_order_line_rel": "sale_order_line_id IN ("
    "SELECT id FROM sale_order_line WHERE order_id IN (SELECT id FROM old_order))",
    "payment_transaction": "id IN (SELECT transaction_id"
    " FROM sale_order_transaction_rel"
    " WHERE sale_order_id IN (SELECT id FROM old_order))",
    "sale_order_transaction_rel": "sale_order_id IN (SELECT id FROM old_order)",
    "stock_picking": "sale_id IN (SELECT id FROM old_order)",
    "stock_move": "picking_id IN ("
    "SELECT id FROM stock_picking WHERE sale_id IN (SELECT id FROM old_order))",
    "stock_move_line": "picking_id IN ("
    "SELECT id FROM stock_picking WHERE sale_id IN (SELECT id FROM old_order))",
    "oms_message": "res_model = 'sale.order' AND res_id IN (SELECT id FROM old_order)",
    "oms_allocation": "order_id IN (SELECT id FROM old_order)",
    "oms_sourcing_decision": "order_id IN (SELECT id FROM old_order)",
    "oms_sourcing_candidate": "decision_id IN (SELECT id FROM oms_sourcing_decision"
    " WHERE order_id IN (SELECT id FROM old_order))",
}
"""Tables in an order in which each may refer to those before it, and which rows."""

SET_APART = {
    ("sale_order", "oms_external_id"),
    ("sale_order", "name"),
    ("oms_customer", "external_id"),
    ("oms_message", "external_ref"),
    ("payment_transaction", "reference"),
    ("res_partner", "email"),
    ("res_partner", "email_normalized"),
    ("res_partner", "name"),
    ("res_partner", "complete_name"),
    ("stock_picking", "name"),
}
"""Columns whose copies are told apart by a number."""

SHIPPED = {
    ("stock_picking", "state"): "'done'",
    ("stock_picking", "batch_id"): "NULL",
    ("stock_move", "state"): "'done'",
    ("stock_move_line", "state"): "'done'",
    ("sale_order_line", "qty_delivered"): "product_uom_qty",
}
"""Older orders have left the building."""


def add_older_orders(env, channel, count: int) -> None:
    """Add `count` orders that look like the channel's present ones, only shipped.

    All keep what they refer to outside themselves: products, nodes, taxes.
    """
    cr = env.cr
    env.flush_all()
    cr.execute(
        SQL(
            "CREATE TEMPORARY TABLE old_order AS SELECT id, partner_id,"
            " partner_invoice_id, partner_shipping_id FROM sale_order"
            " WHERE oms_channel_id = %s ORDER BY id LIMIT 1000",
            channel.id,
        )
    )
    models = cr.rowcount
    copies = -(-count // models)
    spans = {table: _span(cr, table) for table in COPIED}
    # References between the tables are not checked row by row: they are copied too.
    cr.execute("SET session_replication_role = replica")
    for table, condition in COPIED.items():
        _copy(cr, table, condition, copies, spans)
    cr.execute("SET session_replication_role = origin")
    cr.execute("DROP TABLE old_order")
    cr.commit()
    for table in COPIED:
        cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    cr.commit()
    print(f"added {copies * models} older orders")


def _span(cr, table: str) -> int:
    """By how much the ids of one copy differ from those of the one before."""
    if table.endswith("_rel"):
        return 0
    cr.execute(SQL("SELECT max(id) FROM %s", SQL.identifier(table)))
    return cr.fetchone()[0] or 0


def _copy(cr, table: str, condition: str, copies: int, spans: dict[str, int]) -> None:
    columns = _columns(cr, table)
    targets = _references(cr, table)
    values = [_value(table, column, targets, spans) for column in columns]
    cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s, generate_series(1, %s) AS copy"
            " WHERE %s",
            SQL.identifier(table),
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL(", ").join(values),
            SQL.identifier(table),
            copies,
            SQL(condition),
        )
    )
    if spans[table]:
        cr.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
            (table, spans[table] * (copies + 1)),
        )


def _value(table: str, column: str, targets: dict[str, str], spans: dict) -> SQL:
    """What a copy has in a column."""
    name = SQL.identifier(table, column)
    if (table, column) in SHIPPED:
        return SQL(SHIPPED[table, column])
    if (table, column) in SET_APART:
        return SQL("%s || '-' || copy", name)
    target = table if column == "id" else targets.get(column)
    if (table, column) == ("oms_message", "res_id"):
        target = "sale_order"
    if target not in spans:
        return name
    return SQL("%s + copy * %s", name, spans[target])


def _columns(cr, table: str) -> list[str]:
    cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND table_schema = current_schema AND is_generated = 'NEVER'",
        (table,),
    )
    return [name for (name,) in cr.fetchall()]


def _references(cr, table: str) -> dict[str, str]:
    """Column to the table that it refers to."""
    cr.execute(
        """
        SELECT attribute.attname, target.relname
        FROM pg_constraint AS reference
        JOIN pg_attribute AS attribute
          ON attribute.attrelid = reference.conrelid
         AND attribute.attnum = reference.conkey[1]
        JOIN pg_class AS target ON target.oid = reference.confrelid
        WHERE reference.contype = 'f' AND reference.conrelid = %s::regclass
        """,
        (table,),
    )
    return dict(cr.fetchall())
