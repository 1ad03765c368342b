-- Browsers that show messages though no page of this site is open (W3C Push API): one row for each that a person turned on.
create table notifications.push_browser (
  id bigint generated always as identity primary key,
  account text not null,
  -- Where its push service takes messages for it; whoever turns the same browser on again takes it over.
  endpoint text not null unique check (length(endpoint) <= 1000),
  p256dh text not null,
  auth text not null,
  name text not null check (length(name) <= 80),
  made_at timestamptz not null,
  sent_at timestamptz
);
create index push_browser_of_account on notifications.push_browser (account, id);

alter table notifications.delivery drop constraint delivery_channel_check;
alter table notifications.delivery add constraint delivery_channel_check
  check (channel in ('email', 'sms', 'zalo', 'call', 'webhook', 'push'));
