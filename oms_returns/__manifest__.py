{
    "name": "Order Management: Returns",
    "summary": "Every good that comes back: received, restocked, credited, refunded",
    "version": "19.0.1.0.0",
    "category": "Sales/Order Management",
    "author": "Order Management for Odoo",
    "license": "LGPL-3",
    "depends": [
        "oms_allocation",
        "portal",
    ],
    "data": [
        "security/ir.model.access.csv",
        "security/oms_return_security.xml",
        "data/ir_sequence_data.xml",
        "data/oms_return_reason_data.xml",
        "data/queue_job_data.xml",
        "views/oms_return_views.xml",
        "views/oms_return_reason_views.xml",
        "views/sale_order_views.xml",
        "views/oms_return_menus.xml",
    ],
    "demo": [
        "demo/returns.xml",
    ],
    "uninstall_hook": "uninstall_hook",
}
