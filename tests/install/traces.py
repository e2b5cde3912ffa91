"""What a module leaves in a database, as text that can be compared."""

from psycopg2 import sql

# Structure, and records that Odoo itself keeps for modules: the text of each says
# which it is, so that a difference reads like a list of what was left behind.
STRUCTURE = {
    "table": "SELECT relname FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm')",
    "column": "SELECT table_name || '.' || column_name || ' ' || data_type"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "index": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "constraint": "SELECT conrelid::regclass || ': ' || conname || ' '"
    " || pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND contype != 'n'"
    # Odoo's groups and rules both declare it, and differ; the last to be read wins.
    " AND conname != 'rule_group_rel_group_id_fkey'",
    "sequence": "SELECT relname FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'",
    "function": "SELECT oid::regprocedure::text FROM pg_proc"
    " WHERE pronamespace = 'public'::regnamespace",
    "trigger": "SELECT tgrelid::regclass || ': ' || tgname FROM pg_trigger"
    " WHERE NOT tgisinternal",
    "model": "SELECT model FROM ir_model",
    "field": "SELECT model || '.' || name || ' ' || ttype FROM ir_model_fields",
    "choice": "SELECT field.model || '.' || field.name || ' ' || choice.value"
    " FROM ir_model_fields_selection AS choice"
    " JOIN ir_model_fields AS field ON field.id = choice.field_id",
    "database constraint": "SELECT name FROM ir_model_constraint",
    "relation": "SELECT name FROM ir_model_relation",
    "XML id": "SELECT model || ' ' || module || '.' || name FROM ir_model_data",
    "access right": "SELECT name FROM ir_model_access",
    "access rule": "SELECT name FROM ir_rule",
    "group": "SELECT name->>'en_US' FROM res_groups",
    "privilege": "SELECT name->>'en_US' FROM res_groups_privilege",
    "module category": "SELECT name->>'en_US' FROM ir_module_category",
    "menu": "SELECT name->>'en_US' FROM ir_ui_menu",
    "view": "SELECT model || ' ' || type || ' ' || name FROM ir_ui_view",
    "action": "SELECT type || ' ' || (name->>'en_US') FROM ir_actions",
    "scheduled action": "SELECT cron_name FROM ir_cron",
    "parameter": "SELECT key FROM ir_config_parameter",
    "job function": "SELECT name FROM queue_job_function",
    "job channel": "SELECT complete_name FROM queue_job_channel",
    "payment provider": "SELECT code || ' ' || (name->>'en_US') FROM payment_provider",
    "payment method": "SELECT code FROM payment_method",
    "product": "SELECT COALESCE(default_code, '') || ' ' || (name->>'en_US')"
    " FROM product_template",
    "mail template": "SELECT name->>'en_US' FROM mail_template",
    "message subtype": "SELECT name->>'en_US' FROM mail_message_subtype",
    "default value": "SELECT field_id || ' ' || json_value FROM ir_default",
    "number sequence": "SELECT COALESCE(code, '') || ' ' || name FROM ir_sequence",
}


def structure(cursor) -> set[str]:
    """Everything of `STRUCTURE` that is there, each as "kind: name"."""
    found = set()
    for kind, query in STRUCTURE.items():
        cursor.execute(query)
        found |= {f"{kind}: {name}" for (name,) in cursor.fetchall()}
    return found


def row_counts(cursor) -> dict[str, int]:
    """How many rows each table has."""
    cursor.execute(
        "SELECT relname FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    )
    tables = [name for (name,) in cursor.fetchall()]
    counts = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}, count(*) FROM {}").format(
            sql.Literal(table), sql.Identifier(table)
        )
        for table in tables
    )
    cursor.execute(counts)
    return dict(cursor.fetchall())
