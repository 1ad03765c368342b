-- Open cases of an organisation are counted with every case that changes: from the index alone, whatever the width of the rows.
drop index warehouse.process_case_open;
create index process_case_open on warehouse.process_case (source, organisation) include (area) where ended_at is null;
