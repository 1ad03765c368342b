-- The history itself is not what was signed, as long as it is so: what the nightly verification or the signing last found.
create table ledger.chain_fault (
  kind text primary key check (kind in ('verification', 'signing')),
  found_at timestamptz(3) not null,
  findings integer not null,
  message text not null
);
