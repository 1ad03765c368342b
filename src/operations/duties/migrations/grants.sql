-- What stood stays as it stood.
revoke update, delete, truncate on duties.duty_former, duties.obligation_former, duties.setting_former from tram_app;
