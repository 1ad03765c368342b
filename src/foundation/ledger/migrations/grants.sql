-- The running program adds history and reads it; it cannot rewrite it.
revoke update, delete, truncate on ledger.entry, ledger.leaf, ledger.subtree, ledger.checkpoint, ledger.batch, ledger.batch_chunk
  from tram_app;
revoke insert, update, truncate on ledger.pending from tram_app;
revoke update, delete, truncate on ledger.body_key from tram_app;
grant update (key, destroyed_at) on ledger.body_key to tram_app;
