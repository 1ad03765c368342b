-- The last end of a cause is read by one look, however many signals it has; those that are held back are no part of it.
drop index alerts.signal_group;
create index signal_last on alerts.signal (group_key, ends_at) where held is null;
-- What is kept long enough is found by the blocks that it lies in: small, and cheap while a storm comes in.
create index signal_received on alerts.signal using brin (received_at);
