-- Files that go with the e-mail of a message, by the hash under which they are kept: [{sha256, name, type, sizeBytes}].
alter table notifications.notice add column attachments jsonb;
