-- Orders to a provider's batch API.

CREATE TABLE orders (
    order_id VARCHAR,
    endpoint VARCHAR,
    model VARCHAR,
    line_ids VARCHAR[],
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE orders IS 'Requests sent to a provider''s batch API as one order, stored before they are sent.';
COMMENT ON COLUMN orders.line_ids IS 'of the requests, from their content';

CREATE TABLE order_events (
    order_id VARCHAR,
    step VARCHAR,
    remote_id VARCHAR,
    answered INTEGER,
    failed INTEGER,
    reason VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE order_events IS 'The steps of orders: placed, ended, or lost if the provider does not know it.';
COMMENT ON COLUMN order_events.remote_id IS 'the provider''s id of the order';
COMMENT ON COLUMN order_events.answered IS 'number of requests with an answer';
COMMENT ON COLUMN order_events.failed IS 'number of requests without an answer';

ALTER TABLE generations ADD COLUMN order_lines VARCHAR[];
COMMENT ON COLUMN generations.order_lines IS 'the order and line of each answer that came from an order (order_id/line_id)';

ALTER TABLE batches ADD COLUMN in_orders BOOLEAN;
COMMENT ON COLUMN batches.in_orders IS 'whether its model calls go to the provider''s batch API';

CREATE VIEW current_orders AS
WITH newest AS (
    SELECT * FROM order_events
    QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY stored_at DESC) = 1
)

SELECT
    orders.order_id,
    endpoint,
    model,
    len(line_ids) AS lines,
    coalesce(step, 'written') AS step,
    remote_id,
    coalesce(answered, 0) AS answered,
    coalesce(failed, 0) AS failed,
    reason,
    orders.happened_at AS ordered_at,
    coalesce(newest.happened_at, orders.happened_at) AS changed_at
FROM orders
LEFT JOIN newest ON newest.order_id = orders.order_id;
COMMENT ON VIEW current_orders IS 'Each order with its newest step.';
