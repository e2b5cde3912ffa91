"""Many rows at once, past Odoo's own methods: for tests about how many there are."""

from psycopg2.extras import execute_values


def clone(record, rows):
    """Copies of a record's row, each with other values; returns their ids."""
    cr, table = record.env.cr, record._table
    record.env.flush_all()
    cr.execute(
        "SELECT column_name, udt_name FROM information_schema.columns"
        " WHERE table_schema = current_schema AND table_name = %s",
        (table,),
    )
    types = dict(cr.fetchall())
    cr.execute(
        "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
        (table, len(rows)),
    )
    ids = [row[0] for row in cr.fetchall()]
    if not rows:
        return ids
    names = ["id", *rows[0]]
    values = [(new_id, *row.values()) for new_id, row in zip(ids, rows, strict=True)]
    same = [column for column in types if column not in names]
    columns = ", ".join(f'"{name}"' for name in [*names, *same])
    picked = ", ".join(
        [f'new."{name}"::{types[name]}' for name in names]
        + [f'old."{name}"' for name in same]
    )
    named = ", ".join(f'"{name}"' for name in names)
    execute_values(
        cr._obj,
        f'INSERT INTO "{table}" ({columns}) SELECT {picked}'  # noqa: S608
        f' FROM "{table}" AS old, (VALUES %s) AS new ({named})'
        f" WHERE old.id = {record.id}",
        values,
        page_size=5000,
    )
    return ids
