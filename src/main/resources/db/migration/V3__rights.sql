-- Rights by cookie: finding the receipt of what was carried out. Whose events are left out of statistics stands in rights.withheld,
-- which came with the statistics that leave them out.

create index withheld_month on rights.withheld (month);

-- Receipts stand in the ledger itself: whoever holds the number finds its entry, and the chain shows that it was not made later.
create index ledger_receipt on registry.ledger ((detail::jsonb ->> 'receipt')) where kind = 'right_exercised';
