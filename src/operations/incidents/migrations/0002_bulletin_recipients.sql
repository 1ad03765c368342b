-- To whom a bulletin goes by messages: agencies and communes, and the roles of their people. What came of it stands with the messages.
alter table incidents.bulletin
  add column recipients text[] not null default '{}',
  add column recipient_roles text[] not null default '{}';
