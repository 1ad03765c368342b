-- The position under which a session acts; null: the one the account has by itself. Whether it is still held is asked with every request.
alter table identity.session add column position text;
-- A role that counts only while its account acts under this position; null: always.
alter table identity.role_assignment add column position text;
create index role_assignment_by_position on identity.role_assignment (position) where position is not null;
