-- The first arrival at or after an instant is looked up for every period a source owes.
create index landing_arrival on warehouse.landing (source, received_at) where state = 'done';
