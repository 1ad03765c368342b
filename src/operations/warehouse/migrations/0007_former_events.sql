-- Events that gave way are found by their case too: with them a process is looked at as of an earlier moment.
update warehouse.former_row set case_id = body ->> 'case_id' where kind = 'case-event';
drop index warehouse.former_row_case;
create index former_row_case on warehouse.former_row (source, case_id, kind, gone_at) where case_id is not null;
