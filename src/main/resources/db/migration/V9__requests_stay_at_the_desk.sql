-- The requests that people made by letter, one a row: the views of the statistics count them, nobody else reads them one by one.
-- stats.operations gives dashboards and alert rules their numbers, with the rights of its owner.
revoke select on stats.requests from ${dashboards}, ${publisher};
