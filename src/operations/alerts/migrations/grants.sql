-- What stood stays as it stood.
revoke update, delete, truncate on alerts.alert_past, alerts.silence_past from tram_app;
revoke insert, update, delete, truncate on alerts.past_kept from tram_app;
