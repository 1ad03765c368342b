-- All duties a reader reaches, the latest due first: the list of the API.
create index duty_latest on duties.duty (due_at desc, id desc);
