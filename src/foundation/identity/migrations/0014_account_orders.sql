-- Lists of officers in the order of names, and of one organisation: citizens lie in the same table, and are many more.
create index account_by_person_name on identity.account (person_name collate "vi-x-icu", name) where not citizen;
create index account_by_organisation on identity.account (organisation, name) where not citizen;
