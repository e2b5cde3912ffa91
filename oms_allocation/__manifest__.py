{
    "name": "Order Management: Allocation",
    "summary": "Which node ships what, and why",
    "version": "19.0.1.0.0",
    "category": "Sales/Order Management",
    "author": "Order Management for Odoo",
    "license": "LGPL-3",
    "depends": [
        "oms_connector",
        "stock_picking_batch",
        "barcodes",
        "account_payment",
    ],
    "data": [
        "security/ir.model.access.csv",
        "security/oms_security.xml",
        "data/oms_hold_type_data.xml",
        "data/ir_cron_data.xml",
        "views/stock_warehouse_views.xml",
        "views/oms_sourcing_decision_views.xml",
        "views/sale_order_line_views.xml",
        "views/sale_order_views.xml",
        "views/oms_menus.xml",
    ],
    "demo": [
        "demo/nodes.xml",
        "demo/orders.xml",
    ],
}
