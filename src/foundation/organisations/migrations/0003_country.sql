-- The units of the rest of the country, as the pack's two lists say it: facts that nobody here decides, read whole into memory when the
-- first address is looked up. Ten thousand rows in the tables of two times would cost every start and serve no other question.
create table organisations.country_list (
  pack text not null references organisations.pack (code),
  name text not null check (name in ('country-now', 'country-before')),
  sha256 text not null,
  body text not null,
  primary key (pack, name)
);
