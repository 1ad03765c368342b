-- Kind of document as who sent it has said (Decree 30/2020/NĐ-CP, article 7); of older requests it is read from their titles. An attachment
-- in a file of its own bears the number of its document, and the agency alone signs it.
alter table signing.request add column kind text;
alter table signing.request add column attachment_of text check (attachment_of <> '');
