-- How the bytes are written where it is not as the contract says: JSON pushed under a contract of CSV.
alter table warehouse.landing add column format text check (format in ('json', 'jsonl'));
