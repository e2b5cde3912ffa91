from . import (
    oms_allocation,
    oms_intake,
    oms_sourcing,
    oms_sourcing_candidate,
    oms_sourcing_decision,
    oms_stock_mark,
    sale_order,
    sale_order_line,
    stock_move,
    stock_picking,
    stock_picking_batch,
    stock_warehouse,
)
