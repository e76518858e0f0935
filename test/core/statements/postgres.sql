-- migrate
select pg_backend_pid() = $1 as "isDirect", pg_is_in_recovery() as "isStandby",
  current_setting('transaction_read_only') = 'on' as "isReadOnly", current_setting('server_encoding') as
  encoding, exists (select from pg_extension where extname = 'citus') as "hasCitus", (select
  count(set_config(name, value, false)) from (values ('datestyle', 'ISO'), ('timezone', 'UTC'),
  ('default_transaction_isolation', 'read committed'), ('lock_timeout', cast($2 as text)),
  ('statement_timeout', $3), ('idle_in_transaction_session_timeout', $3), ('synchronous_commit', case
  current_setting('synchronous_commit') when 'off' then 'on' else current_setting('synchronous_commit') end),
  ('plan_cache_mode', case when exists (select from pg_extension where extname = 'citus') then 'auto' else
  'force_generic_plan' end)) as setting(name, value) where pg_backend_pid() = $1);
select 1 from pg_tables where schemaname = any (current_schemas(false)) and tablename = 'schema_migrations';
start transaction isolation level read committed;
select set_config('statement_timeout', '0', true);
select set_config('lock_timeout', $1, true);
select pg_advisory_xact_lock(7384218);
create table "schema_migrations" ("name" text collate "C" not null primary key, "is_breaking" integer not null
  check (is_breaking in (0, 1)), "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null);
select "name", "is_breaking" from "schema_migrations" order by "name";
create table "courses" ("course_id" uuid not null primary key, "name" text collate "C" not null, "created_at"
  timestamptz(3) not null, "updated_at" timestamptz(3) not null);
create unique index "courses_by_name" on "courses" ("name") where "name" is not null;
create table "course_modules" ("course_id" uuid not null references "courses" ("course_id"), "module_id" text
  collate "C" not null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, constraint
  "course_modules_pkey" primary key ("course_id", "module_id"));
create table "study_sessions" ("user_id" uuid not null, "course_id" uuid not null, "session_id" uuid not null,
  "total_modules_studied" integer not null check (total_modules_studied >= 0), "time_studied" integer not null
  check (time_studied >= 0), "average_score_units" bigint check (average_score_units >= 0), "completed_at"
  timestamptz(3) not null, "module_ids" text collate "C" not null, "created_at" timestamptz(3) not null,
  "updated_at" timestamptz(3) not null, constraint "study_sessions_pkey" primary key ("user_id", "course_id",
  "session_id"));
create index "study_sessions_by_completion" on "study_sessions" ("user_id", "course_id", "completed_at");
create table "course_stats" ("user_id" uuid not null, "course_id" uuid not null references "courses"
  ("course_id"), "session_count" bigint not null check (session_count > 0), "total_modules_studied" bigint not
  null, "scored_modules" bigint not null, "weighted_score_units" bigint not null, "time_studied" bigint not
  null, "first_completed_at" timestamptz(3) not null, "last_completed_at" timestamptz(3) not null,
  "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, constraint "course_stats_pkey"
  primary key ("user_id", "course_id"), constraint "course_stats_totals_are_not_negative" check
  (total_modules_studied >= 0 and scored_modules >= 0 and weighted_score_units >= 0 and time_studied >= 0),
  constraint "course_stats_totals_are_exact" check (total_modules_studied <= 9007199254740991 and time_studied
  <= 9007199254740991));
create index "course_stats_by_course" on "course_stats" ("course_id", "user_id");
create table "studied_modules" ("user_id" uuid not null, "course_id" uuid not null, "module_id" text collate
  "C" not null, "session_count" bigint not null check (session_count >= 0), "created_at" timestamptz(3) not
  null, "updated_at" timestamptz(3) not null, constraint "studied_modules_pkey" primary key ("user_id",
  "course_id", "module_id"));
create table "enrolments" ("user_id" uuid not null, "course_id" uuid not null references "courses"
  ("course_id") on delete cascade, "display_name" text collate "C", "folded_name" text collate "C",
  "group_names" text collate "C" not null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3)
  not null, constraint "enrolments_pkey" primary key ("user_id", "course_id"));
create index "enrolments_by_course" on "enrolments" ("course_id", "user_id");
create table "api_keys" ("key_id" text collate "C" not null primary key, "name" text collate "C" not null,
  "secret_hash" bytea not null check (length(secret_hash) = 32), "scopes" text collate "C" not null,
  "course_ids" text collate "C", "expires_at" timestamptz(3), "last_used_at" timestamptz(3), "revoked_at"
  timestamptz(3), "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null);
alter table "course_stats" set (fillfactor = 80);
alter table "studied_modules" set (fillfactor = 80);
insert into "schema_migrations" ("name", "is_breaking", "created_at", "updated_at") values ($1, $2, cast($3 as
  timestamptz), cast($4 as timestamptz));
select from pg_extension where extname = 'citus';
commit;

-- addCourse
insert into "courses" ("course_id", "name", "created_at", "updated_at") values (cast($1 as uuid), $2, cast($3
  as timestamptz), cast($4 as timestamptz));

-- addCourse: exists
rollback;
select "course_id", "name" from "courses" where ("course_id" = cast($1 as uuid) or "name" = $2);

-- setCourse
insert into "courses" ("course_id", "name", "created_at", "updated_at") values (cast($1 as uuid), $2, cast($3
  as timestamptz), cast($4 as timestamptz)) on conflict ("course_id") do nothing returning "course_id",
  "name", "created_at", "updated_at";
select "course_id", "name", "created_at", "updated_at", coalesce(( select string_agg(module_id, ';' order by
  module_id) from course_modules where course_modules.course_id = courses.course_id), '') as "module_ids" from
  "courses" where "course_id" = cast($1 as uuid);
select "course_id" from "courses" where "course_id" = cast($1 as uuid) for no key update;
update "courses" set "name" = $1, "updated_at" = cast($2 as timestamptz) where "course_id" = cast($3 as uuid);
insert into "course_modules" ("course_id", "module_id", "created_at", "updated_at") values (cast($1 as uuid),
  $2, cast($3 as timestamptz), cast($4 as timestamptz));

-- setCourse: other modules
delete from "course_modules" where "course_id" = cast($1 as uuid) and "module_id" in ($2);

-- listCourses
select "course_id", "name", "created_at", "updated_at", coalesce(( select string_agg(module_id, ';' order by
  module_id) from course_modules where course_modules.course_id = courses.course_id), '') as "module_ids" from
  "courses" where "name" > $1 order by "name" limit $2;

-- enrolLearner
insert into "enrolments" ("user_id", "course_id", "display_name", "folded_name", "group_names", "created_at",
  "updated_at") values (cast($1 as uuid), cast($2 as uuid), $3, $4, $5, cast($6 as timestamptz), cast($7 as
  timestamptz)) on conflict ("user_id", "course_id") do nothing returning "user_id", "course_id",
  "display_name", "group_names", "created_at";

-- enrolLearner: other content
select "user_id", "course_id", "display_name", "group_names", "created_at" from "enrolments" where "user_id" =
  cast($1 as uuid) and "course_id" = cast($2 as uuid);
update "enrolments" set "display_name" = $1, "folded_name" = $2, "group_names" = $3, "updated_at" = cast($4 as
  timestamptz) where "user_id" = cast($5 as uuid) and "course_id" = cast($6 as uuid) returning "user_id",
  "course_id", "display_name", "group_names", "created_at";

-- unenrolLearner
delete from "enrolments" where "user_id" = cast($1 as uuid) and "course_id" = cast($2 as uuid);

-- recordSession
with inserted as (insert into study_sessions ("user_id", "course_id", "session_id", "total_modules_studied",
  "time_studied", "average_score_units", "completed_at", "module_ids", "created_at", "updated_at") values ($1,
  $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (user_id, course_id, session_id) do nothing returning
  "user_id", "course_id", "session_id", "total_modules_studied", "time_studied", "average_score_units",
  "completed_at", "module_ids", "created_at", "updated_at"), stats as (insert into course_stats ("user_id",
  "course_id", "session_count", "total_modules_studied", "scored_modules", "weighted_score_units",
  "time_studied", "first_completed_at", "last_completed_at", "created_at", "updated_at") select user_id,
  course_id, 1, total_modules_studied, case when average_score_units is null then 0 else total_modules_studied
  end, coalesce(average_score_units * total_modules_studied, 0), time_studied, completed_at, completed_at,
  updated_at, updated_at from inserted on conflict (user_id, course_id) do update set "session_count" =
  "course_stats"."session_count" + "excluded"."session_count", "total_modules_studied" =
  "course_stats"."total_modules_studied" + "excluded"."total_modules_studied", "scored_modules" =
  "course_stats"."scored_modules" + "excluded"."scored_modules", "weighted_score_units" =
  "course_stats"."weighted_score_units" + "excluded"."weighted_score_units", "time_studied" =
  "course_stats"."time_studied" + "excluded"."time_studied", first_completed_at = case when
  excluded.first_completed_at < course_stats.first_completed_at then excluded.first_completed_at else
  course_stats.first_completed_at end, last_completed_at = case when excluded.last_completed_at >
  course_stats.last_completed_at then excluded.last_completed_at else course_stats.last_completed_at end,
  updated_at = excluded.updated_at) select 1 as position, true as "isCourseKnown" where not exists (select
  from inserted);

-- recordSession: modules
with pending as ( select *, created_at as updated_at from unnest(cast($1 as uuid[]), cast($2 as uuid[]),
  cast($3 as uuid[]), cast($4 as integer[]), cast($5 as integer[]), cast($6 as bigint[]), cast($7 as
  timestamptz[]), cast($8 as text[]), cast($9 as timestamptz[])) with ordinality as sent("user_id",
  "course_id", "session_id", "total_modules_studied", "time_studied", "average_score_units", "completed_at",
  "module_ids", "created_at", "position")), inserted as (insert into study_sessions ("user_id", "course_id",
  "session_id", "total_modules_studied", "time_studied", "average_score_units", "completed_at", "module_ids",
  "created_at", "updated_at") select "user_id", "course_id", "session_id", "total_modules_studied",
  "time_studied", "average_score_units", "completed_at", "module_ids", "created_at", "updated_at" from pending
  where exists (select from courses where courses.course_id = pending.course_id) order by user_id, course_id,
  session_id on conflict (user_id, course_id, session_id) do nothing returning "user_id", "course_id",
  "session_id", "total_modules_studied", "time_studied", "average_score_units", "completed_at", "module_ids",
  "created_at", "updated_at"), stats as (insert into course_stats ("user_id", "course_id", "session_count",
  "total_modules_studied", "scored_modules", "weighted_score_units", "time_studied", "first_completed_at",
  "last_completed_at", "created_at", "updated_at") select user_id, course_id, count(*),
  sum(total_modules_studied), sum(case when average_score_units is null then 0 else total_modules_studied
  end), sum(coalesce(cast(average_score_units as numeric) * total_modules_studied, 0)), sum(time_studied),
  min(completed_at), max(completed_at), max(updated_at), max(updated_at) from inserted group by user_id,
  course_id order by user_id, course_id on conflict (user_id, course_id) do update set "session_count" =
  "course_stats"."session_count" + "excluded"."session_count", "total_modules_studied" =
  "course_stats"."total_modules_studied" + "excluded"."total_modules_studied", "scored_modules" =
  "course_stats"."scored_modules" + "excluded"."scored_modules", "weighted_score_units" =
  "course_stats"."weighted_score_units" + "excluded"."weighted_score_units", "time_studied" =
  "course_stats"."time_studied" + "excluded"."time_studied", first_completed_at = case when
  excluded.first_completed_at < course_stats.first_completed_at then excluded.first_completed_at else
  course_stats.first_completed_at end, last_completed_at = case when excluded.last_completed_at >
  course_stats.last_completed_at then excluded.last_completed_at else course_stats.last_completed_at end,
  updated_at = excluded.updated_at returning 1), modules as (insert into studied_modules ("user_id",
  "course_id", "module_id", "session_count", "created_at", "updated_at") select user_id, course_id, module_id,
  count(*), max(updated_at), max(updated_at) from inserted, string_to_table(module_ids, ';') as module_id
  where module_ids <> '' and (select count(*) from stats) > 0 group by user_id, course_id, module_id order by
  user_id, course_id, module_id collate "C" on conflict (user_id, course_id, module_id) do update set
  session_count = studied_modules.session_count + excluded.session_count, updated_at = excluded.updated_at)
  select cast(position as integer) as position, courses.course_id is not null as "isCourseKnown" from pending
  left join courses using (course_id) where not exists ( select from inserted where inserted.user_id =
  pending.user_id and inserted.course_id = pending.course_id and inserted.session_id = pending.session_id);

-- recordSession: replay
select 1 as position, "user_id", "course_id", "session_id", "total_modules_studied", "time_studied",
  "average_score_units", "completed_at", "module_ids", "created_at", "updated_at" from study_sessions where
  "user_id" = $1 and "course_id" = $2 and "session_id" = $3;

-- getStats
select 1 as position, 1 as course_exists, "session_count", "total_modules_studied", "scored_modules",
  cast(weighted_score_units as text), "time_studied", "first_completed_at", "last_completed_at", studied,
  studied_of_declared as "studiedOfDeclared", (select count(*) from course_modules where
  course_modules.course_id = course_stats.course_id) as declared from course_stats cross join lateral ( select
  count(*) as studied, count(*) filter (where module_id = any (array( select module_id from course_modules
  where course_modules.course_id = course_stats.course_id ))) as studied_of_declared from studied_modules
  where studied_modules.user_id = $1 and studied_modules.course_id = $2 ) as of_learner where user_id = $3 and
  course_id = $4;

-- getStats: two learners at once
select cast(position as integer) as position, 1 as course_exists, "session_count", "total_modules_studied",
  "scored_modules", cast(weighted_score_units as text), "time_studied", "first_completed_at",
  "last_completed_at", studied, studied_of_declared as "studiedOfDeclared", (select count(*) from
  course_modules where course_modules.course_id = course_stats.course_id) as declared from unnest(cast($1 as
  uuid[]), cast($2 as uuid[])) with ordinality as learner(user_id, course_id, position) join course_stats
  using (user_id, course_id) cross join lateral ( select count(*) as studied, count(*) filter (where module_id
  = any (array( select module_id from course_modules where course_modules.course_id = course_stats.course_id
  ))) as studied_of_declared from studied_modules where studied_modules.user_id = course_stats.user_id and
  studied_modules.course_id = course_stats.course_id ) as of_learner;
select cast(position as integer) as position, null as "session_count", null as "total_modules_studied", null
  as "scored_modules", null as "weighted_score_units", null as "time_studied", null as "first_completed_at",
  null as "last_completed_at", 0 as studied, 0 as "studiedOfDeclared", case when courses.course_id is null
  then 0 else 1 end as course_exists, (select count(*) from course_modules where course_modules.course_id =
  courses.course_id) as declared from unnest(cast($1 as uuid[])) with ordinality as sent(course_id, position)
  left join courses using (course_id);

-- getSession

-- putSession
insert into study_sessions ("user_id", "course_id", "session_id", "total_modules_studied", "time_studied",
  "average_score_units", "completed_at", "module_ids", "created_at", "updated_at") values (cast($1 as uuid),
  cast($2 as uuid), cast($3 as uuid), $4, $5, $6, cast($7 as timestamptz), $8, cast($9 as timestamptz),
  cast($10 as timestamptz)) on conflict (user_id, course_id, session_id) do nothing;
select "user_id", "course_id", "session_id", "total_modules_studied", "time_studied", "average_score_units",
  "completed_at", "module_ids", "created_at", "updated_at" from "study_sessions" where user_id = cast($1 as
  uuid) and course_id = cast($2 as uuid) and session_id = cast($3 as uuid) for update;
update study_sessions set "total_modules_studied" = $1, "time_studied" = $2, "average_score_units" = $3,
  "completed_at" = cast($4 as timestamptz), "module_ids" = $5, "created_at" = cast($6 as timestamptz),
  "updated_at" = cast($7 as timestamptz) where user_id = cast($8 as uuid) and course_id = cast($9 as uuid) and
  session_id = cast($10 as uuid);
select "session_count" from "course_stats" where user_id = cast($1 as uuid) and course_id = cast($2 as uuid)
  for update;
update course_stats set "session_count" = "session_count" + $1, "total_modules_studied" =
  "total_modules_studied" + $2, "scored_modules" = "scored_modules" + $3, "weighted_score_units" =
  "weighted_score_units" + $4, "time_studied" = "time_studied" + $5, first_completed_at = (select
  min(completed_at) from study_sessions where user_id = cast($6 as uuid) and course_id = cast($7 as uuid)),
  last_completed_at = (select max(completed_at) from study_sessions where user_id = cast($8 as uuid) and
  course_id = cast($9 as uuid)), updated_at = cast($10 as timestamptz) where user_id = cast($11 as uuid) and
  course_id = cast($12 as uuid);
insert into studied_modules ("user_id", "course_id", "module_id", "session_count", "created_at", "updated_at")
  values (cast($1 as uuid), cast($2 as uuid), $3, $4, cast($5 as timestamptz), cast($6 as timestamptz)) on
  conflict (user_id, course_id, module_id) do update set session_count = studied_modules.session_count +
  excluded.session_count, updated_at = excluded.updated_at;
update "studied_modules" set "session_count" = "session_count" - $1, "updated_at" = cast($2 as timestamptz)
  where user_id = cast($3 as uuid) and course_id = cast($4 as uuid) and "module_id" in ($5);
delete from "studied_modules" where user_id = cast($1 as uuid) and course_id = cast($2 as uuid) and
  "module_id" in ($3) and "session_count" = $4;

-- deleteSession
delete from "study_sessions" where user_id = cast($1 as uuid) and course_id = cast($2 as uuid) and session_id
  = cast($3 as uuid) returning "user_id", "course_id", "session_id", "total_modules_studied", "time_studied",
  "average_score_units", "completed_at", "module_ids", "created_at", "updated_at";
update "studied_modules" set "session_count" = "session_count" - $1, "updated_at" = cast($2 as timestamptz)
  where user_id = cast($3 as uuid) and course_id = cast($4 as uuid) and "module_id" in ($5, $6);
delete from "studied_modules" where user_id = cast($1 as uuid) and course_id = cast($2 as uuid) and
  "module_id" in ($3, $4) and "session_count" = $5;

-- putSession: new
insert into course_stats ("user_id", "course_id", "session_count", "total_modules_studied", "scored_modules",
  "weighted_score_units", "time_studied", "first_completed_at", "last_completed_at", "created_at",
  "updated_at") values (cast($1 as uuid), cast($2 as uuid), $3, $4, $5, $6, $7, cast($8 as timestamptz),
  cast($9 as timestamptz), cast($10 as timestamptz), cast($11 as timestamptz)) on conflict (user_id,
  course_id) do update set "session_count" = "course_stats"."session_count" + "excluded"."session_count",
  "total_modules_studied" = "course_stats"."total_modules_studied" + "excluded"."total_modules_studied",
  "scored_modules" = "course_stats"."scored_modules" + "excluded"."scored_modules", "weighted_score_units" =
  "course_stats"."weighted_score_units" + "excluded"."weighted_score_units", "time_studied" =
  "course_stats"."time_studied" + "excluded"."time_studied", first_completed_at = case when
  excluded.first_completed_at < course_stats.first_completed_at then excluded.first_completed_at else
  course_stats.first_completed_at end, last_completed_at = case when excluded.last_completed_at >
  course_stats.last_completed_at then excluded.last_completed_at else course_stats.last_completed_at end,
  updated_at = excluded.updated_at;
insert into studied_modules ("user_id", "course_id", "module_id", "session_count", "created_at", "updated_at")
  values (cast($1 as uuid), cast($2 as uuid), $3, $4, cast($5 as timestamptz), cast($6 as timestamptz)),
  (cast($7 as uuid), cast($8 as uuid), $9, $10, cast($11 as timestamptz), cast($12 as timestamptz)) on
  conflict (user_id, course_id, module_id) do update set session_count = studied_modules.session_count +
  excluded.session_count, updated_at = excluded.updated_at;

-- listSessions
select "session_id", "total_modules_studied", "time_studied", "average_score_units", "completed_at",
  "module_ids", "created_at", "updated_at" from "study_sessions" where "user_id" = cast($1 as uuid) and
  "course_id" = cast($2 as uuid) order by "completed_at" desc, "session_id" desc limit $3;

-- listSessions: next page
select "session_id", "total_modules_studied", "time_studied", "average_score_units", "completed_at",
  "module_ids", "created_at", "updated_at" from "study_sessions" where "user_id" = cast($1 as uuid) and
  "course_id" = cast($2 as uuid) and "completed_at" >= cast($3 as timestamptz) order by "completed_at" desc,
  "session_id" desc limit $4;
select "session_id", "total_modules_studied", "time_studied", "average_score_units", "completed_at",
  "module_ids", "created_at", "updated_at" from "study_sessions" where "user_id" = cast($1 as uuid) and
  "course_id" = cast($2 as uuid) and "completed_at" >= cast($3 as timestamptz) and "completed_at" < cast($4 as
  timestamptz) and (completed_at, session_id) < (cast($5 as timestamptz), cast($6 as uuid)) order by
  "completed_at" desc, "session_id" desc limit $7;

-- getHistory
select "first_completed_at", "last_completed_at" from "course_stats" where "user_id" = cast($1 as uuid) and
  "course_id" = cast($2 as uuid);
with bounds (position, start_at, end_at) as (values (0, cast($1 as timestamptz), cast($2 as timestamptz)))
  select position, count(*) as session_count, cast(sum(total_modules_studied) as bigint) as
  total_modules_studied, cast(sum(case when average_score_units is null then 0 else total_modules_studied end)
  as bigint) as scored_modules, cast(sum(coalesce(cast(average_score_units as numeric) *
  total_modules_studied, 0)) as text) as weighted_score_units, cast(sum(time_studied) as bigint) as
  time_studied from bounds join study_sessions on user_id = cast($3 as uuid) and course_id = cast($4 as uuid)
  and completed_at >= start_at and completed_at < end_at group by position;

-- getHistory: range

-- getLearnerActivity
select min("first_completed_at") as "first_completed_at" from "course_stats" where "user_id" = cast($1 as
  uuid);
select (cast(extract(epoch from completed_at) * 1000 as bigint) + cast($1 as bigint)) / 86400000 as day,
  count(*) filter (where completed_at >= cast($2 as timestamptz) and completed_at < cast($3 as timestamptz))
  as "sessionCount", cast(coalesce(sum(total_modules_studied) filter (where completed_at >= cast($4 as
  timestamptz) and completed_at < cast($5 as timestamptz)), 0) as bigint) as "totalModulesStudied",
  cast(coalesce(sum(time_studied) filter (where completed_at >= cast($6 as timestamptz) and completed_at <
  cast($7 as timestamptz)), 0) as bigint) as "timeStudied" from study_sessions where user_id = cast($8 as
  uuid) and true and completed_at >= cast($9 as timestamptz) and completed_at < cast($10 as timestamptz) group
  by 1;

-- listLearners
start transaction isolation level repeatable read read only;
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  learner.user_id as sort_key from (select user_id from course_stats where "course_stats"."course_id" =
  cast($1 as uuid) union select user_id from enrolments where "enrolments"."course_id" = cast($2 as uuid)
  order by user_id asc limit $3) as learner left join course_stats on course_stats.user_id = learner.user_id
  and "course_stats"."course_id" = cast($4 as uuid) left join enrolments on enrolments.user_id =
  learner.user_id and "enrolments"."course_id" = cast($5 as uuid) order by learner.user_id asc limit $6;
select user_id, count(*) as studied, count(course_modules.module_id) as of_declared from studied_modules left
  join course_modules on course_modules.course_id = cast($1 as uuid) and course_modules.module_id =
  studied_modules.module_id where studied_modules.course_id = cast($2 as uuid) and user_id = any(cast($3 as
  uuid[])) group by user_id;

-- listLearners: next page by userId
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  learner.user_id as sort_key from (select user_id from course_stats where "course_stats"."course_id" =
  cast($1 as uuid) and "course_stats"."user_id" > cast($2 as uuid) union select user_id from enrolments where
  "enrolments"."course_id" = cast($3 as uuid) and "enrolments"."user_id" > cast($4 as uuid) order by user_id
  asc limit $5) as learner left join course_stats on course_stats.user_id = learner.user_id and
  "course_stats"."course_id" = cast($6 as uuid) and "course_stats"."user_id" > cast($7 as uuid) left join
  enrolments on enrolments.user_id = learner.user_id and "enrolments"."course_id" = cast($8 as uuid) and
  "enrolments"."user_id" > cast($9 as uuid) order by learner.user_id asc limit $10;

-- listLearners: next page by displayName
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  enrolments.folded_name as sort_key from (select user_id from course_stats where "course_stats"."course_id" =
  cast($1 as uuid) union select user_id from enrolments where "enrolments"."course_id" = cast($2 as uuid)) as
  learner left join course_stats on course_stats.user_id = learner.user_id and "course_stats"."course_id" =
  cast($3 as uuid) left join enrolments on enrolments.user_id = learner.user_id and "enrolments"."course_id" =
  cast($4 as uuid) order by sort_key asc nulls last, learner.user_id limit $5;
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  enrolments.folded_name as sort_key from (select user_id from course_stats where "course_stats"."course_id" =
  cast($1 as uuid) union select user_id from enrolments where "enrolments"."course_id" = cast($2 as uuid)) as
  learner left join course_stats on course_stats.user_id = learner.user_id and "course_stats"."course_id" =
  cast($3 as uuid) left join enrolments on enrolments.user_id = learner.user_id and "enrolments"."course_id" =
  cast($4 as uuid) where (enrolments.folded_name is null and learner.user_id > cast($5 as uuid)) order by
  sort_key asc nulls last, learner.user_id limit $6;

-- listLearners: next page by lastCompletedAt
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  course_stats.last_completed_at as sort_key from (select user_id from course_stats where
  "course_stats"."course_id" = cast($1 as uuid) union select user_id from enrolments where
  "enrolments"."course_id" = cast($2 as uuid)) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = cast($3 as uuid) left join enrolments on enrolments.user_id
  = learner.user_id and "enrolments"."course_id" = cast($4 as uuid) order by sort_key asc nulls last,
  learner.user_id limit $5;
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  course_stats.last_completed_at as sort_key from (select user_id from course_stats where
  "course_stats"."course_id" = cast($1 as uuid) union select user_id from enrolments where
  "enrolments"."course_id" = cast($2 as uuid)) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = cast($3 as uuid) left join enrolments on enrolments.user_id
  = learner.user_id and "enrolments"."course_id" = cast($4 as uuid) where (course_stats.last_completed_at >
  cast($5 as timestamptz) or (course_stats.last_completed_at = cast($6 as timestamptz) and learner.user_id >
  cast($7 as uuid)) or course_stats.last_completed_at is null) order by sort_key asc nulls last,
  learner.user_id limit $8;

-- listLearners: next page by progress
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  coalesce(studied_of_declared, 0) as sort_key from (select user_id from course_stats where
  "course_stats"."course_id" = cast($1 as uuid) union select user_id from enrolments where
  "enrolments"."course_id" = cast($2 as uuid)) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = cast($3 as uuid) left join enrolments on enrolments.user_id
  = learner.user_id and "enrolments"."course_id" = cast($4 as uuid) cross join lateral (select count(*) as
  studied_of_declared from studied_modules where studied_modules.user_id = "learner"."user_id" and
  studied_modules.course_id = cast($5 as uuid) and module_id in (select module_id from course_modules where
  course_modules.course_id = cast($6 as uuid))) as studied order by sort_key asc nulls last, learner.user_id
  limit $7;
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  coalesce(studied_of_declared, 0) as sort_key from (select user_id from course_stats where
  "course_stats"."course_id" = cast($1 as uuid) union select user_id from enrolments where
  "enrolments"."course_id" = cast($2 as uuid)) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = cast($3 as uuid) left join enrolments on enrolments.user_id
  = learner.user_id and "enrolments"."course_id" = cast($4 as uuid) cross join lateral (select count(*) as
  studied_of_declared from studied_modules where studied_modules.user_id = "learner"."user_id" and
  studied_modules.course_id = cast($5 as uuid) and module_id in (select module_id from course_modules where
  course_modules.course_id = cast($6 as uuid))) as studied where (coalesce(studied_of_declared, 0) > $7 or
  (coalesce(studied_of_declared, 0) = $8 and learner.user_id > cast($9 as uuid)) or
  coalesce(studied_of_declared, 0) is null) order by sort_key asc nulls last, learner.user_id limit $10;

-- listLearners: next page by averageScore
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at", case
  when "course_stats"."scored_modules" > 0 and "course_stats"."scored_modules" <= 900719925474 and
  "course_stats"."weighted_score_units" <= 9007199254740991 then cast("course_stats"."weighted_score_units" as
  double precision) / ("course_stats"."scored_modules" * 10000) when "course_stats"."scored_modules" > 0 then
  cast(cast("course_stats"."weighted_score_units" as numeric(100, 70)) / (cast("course_stats"."scored_modules"
  as numeric) * 10000) as double precision) end as sort_key from (select user_id from course_stats where
  "course_stats"."course_id" = cast($1 as uuid) union select user_id from enrolments where
  "enrolments"."course_id" = cast($2 as uuid)) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = cast($3 as uuid) left join enrolments on enrolments.user_id
  = learner.user_id and "enrolments"."course_id" = cast($4 as uuid) order by sort_key asc nulls last,
  learner.user_id limit $5;
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at", case
  when "course_stats"."scored_modules" > 0 and "course_stats"."scored_modules" <= 900719925474 and
  "course_stats"."weighted_score_units" <= 9007199254740991 then cast("course_stats"."weighted_score_units" as
  double precision) / ("course_stats"."scored_modules" * 10000) when "course_stats"."scored_modules" > 0 then
  cast(cast("course_stats"."weighted_score_units" as numeric(100, 70)) / (cast("course_stats"."scored_modules"
  as numeric) * 10000) as double precision) end as sort_key from (select user_id from course_stats where
  "course_stats"."course_id" = cast($1 as uuid) union select user_id from enrolments where
  "enrolments"."course_id" = cast($2 as uuid)) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = cast($3 as uuid) left join enrolments on enrolments.user_id
  = learner.user_id and "enrolments"."course_id" = cast($4 as uuid) where (case when
  "course_stats"."scored_modules" > 0 and "course_stats"."scored_modules" <= 900719925474 and
  "course_stats"."weighted_score_units" <= 9007199254740991 then cast("course_stats"."weighted_score_units" as
  double precision) / ("course_stats"."scored_modules" * 10000) when "course_stats"."scored_modules" > 0 then
  cast(cast("course_stats"."weighted_score_units" as numeric(100, 70)) / (cast("course_stats"."scored_modules"
  as numeric) * 10000) as double precision) end > $5 or (case when "course_stats"."scored_modules" > 0 and
  "course_stats"."scored_modules" <= 900719925474 and "course_stats"."weighted_score_units" <=
  9007199254740991 then cast("course_stats"."weighted_score_units" as double precision) /
  ("course_stats"."scored_modules" * 10000) when "course_stats"."scored_modules" > 0 then
  cast(cast("course_stats"."weighted_score_units" as numeric(100, 70)) / (cast("course_stats"."scored_modules"
  as numeric) * 10000) as double precision) end = $6 and learner.user_id > cast($7 as uuid)) or case when
  "course_stats"."scored_modules" > 0 and "course_stats"."scored_modules" <= 900719925474 and
  "course_stats"."weighted_score_units" <= 9007199254740991 then cast("course_stats"."weighted_score_units" as
  double precision) / ("course_stats"."scored_modules" * 10000) when "course_stats"."scored_modules" > 0 then
  cast(cast("course_stats"."weighted_score_units" as numeric(100, 70)) / (cast("course_stats"."scored_modules"
  as numeric) * 10000) as double precision) end is null) order by sort_key asc nulls last, learner.user_id
  limit $8;

-- listLearners: next page by timeStudied
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  coalesce(course_stats.time_studied, 0) as sort_key from (select user_id from course_stats where
  "course_stats"."course_id" = cast($1 as uuid) union select user_id from enrolments where
  "enrolments"."course_id" = cast($2 as uuid)) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = cast($3 as uuid) left join enrolments on enrolments.user_id
  = learner.user_id and "enrolments"."course_id" = cast($4 as uuid) order by sort_key asc nulls last,
  learner.user_id limit $5;
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  coalesce(course_stats.time_studied, 0) as sort_key from (select user_id from course_stats where
  "course_stats"."course_id" = cast($1 as uuid) union select user_id from enrolments where
  "enrolments"."course_id" = cast($2 as uuid)) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = cast($3 as uuid) left join enrolments on enrolments.user_id
  = learner.user_id and "enrolments"."course_id" = cast($4 as uuid) where (coalesce(course_stats.time_studied,
  0) > $5 or (coalesce(course_stats.time_studied, 0) = $6 and learner.user_id > cast($7 as uuid)) or
  coalesce(course_stats.time_studied, 0) is null) order by sort_key asc nulls last, learner.user_id limit $8;

-- listLearners: next page by sessionCount
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  coalesce(course_stats.session_count, 0) as sort_key from (select user_id from course_stats where
  "course_stats"."course_id" = cast($1 as uuid) union select user_id from enrolments where
  "enrolments"."course_id" = cast($2 as uuid)) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = cast($3 as uuid) left join enrolments on enrolments.user_id
  = learner.user_id and "enrolments"."course_id" = cast($4 as uuid) order by sort_key asc nulls last,
  learner.user_id limit $5;
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  coalesce(course_stats.session_count, 0) as sort_key from (select user_id from course_stats where
  "course_stats"."course_id" = cast($1 as uuid) union select user_id from enrolments where
  "enrolments"."course_id" = cast($2 as uuid)) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = cast($3 as uuid) left join enrolments on enrolments.user_id
  = learner.user_id and "enrolments"."course_id" = cast($4 as uuid) where
  (coalesce(course_stats.session_count, 0) > $5 or (coalesce(course_stats.session_count, 0) = $6 and
  learner.user_id > cast($7 as uuid)) or coalesce(course_stats.session_count, 0) is null) order by sort_key
  asc nulls last, learner.user_id limit $8;

-- listLearners: filters
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  learner.user_id as sort_key from (select user_id from course_stats where "course_stats"."course_id" =
  cast($1 as uuid) union select user_id from enrolments where "enrolments"."course_id" = cast($2 as uuid)) as
  learner left join course_stats on course_stats.user_id = learner.user_id and "course_stats"."course_id" =
  cast($3 as uuid) left join enrolments on enrolments.user_id = learner.user_id and "enrolments"."course_id" =
  cast($4 as uuid) cross join lateral (select count(*) as studied_of_declared from studied_modules where
  studied_modules.user_id = "learner"."user_id" and studied_modules.course_id = cast($5 as uuid) and module_id
  in (select module_id from course_modules where course_modules.course_id = cast($6 as uuid))) as studied
  where (course_stats.user_id is not null and not studied_of_declared = $7 and course_stats.last_completed_at
  < cast($8 as timestamptz)) and strpos(';' || enrolments.group_names || ';', $9) > 0 and
  (substr(enrolments.folded_name, 1, $10) = $11 or learner.user_id between cast($12 as uuid) and cast($13 as
  uuid)) order by learner.user_id asc limit $14;

-- getLearner
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at" from
  (select user_id from course_stats where "course_stats"."course_id" = cast($1 as uuid) and
  "course_stats"."user_id" = cast($2 as uuid) union select user_id from enrolments where
  "enrolments"."course_id" = cast($3 as uuid) and "enrolments"."user_id" = cast($4 as uuid)) as learner left
  join course_stats on course_stats.user_id = learner.user_id and "course_stats"."course_id" = cast($5 as
  uuid) and "course_stats"."user_id" = cast($6 as uuid) left join enrolments on enrolments.user_id =
  learner.user_id and "enrolments"."course_id" = cast($7 as uuid) and "enrolments"."user_id" = cast($8 as
  uuid);

-- getSummary
select count(*) as studied, count(case when "course_stats"."scored_modules" > 0 and
  "course_stats"."scored_modules" <= 900719925474 and "course_stats"."weighted_score_units" <=
  9007199254740991 then cast("course_stats"."weighted_score_units" as double precision) /
  ("course_stats"."scored_modules" * 10000) when "course_stats"."scored_modules" > 0 then
  cast(cast("course_stats"."weighted_score_units" as numeric(100, 70)) / (cast("course_stats"."scored_modules"
  as numeric) * 10000) as double precision) end) as scored, cast(coalesce(sum(session_count), 0) as bigint) as
  session_count, coalesce(cast(sum("total_modules_studied" % 4294967296) as text) || ':' ||
  cast(sum("total_modules_studied" / 4294967296) as text), '0') as "total_modules_studied",
  coalesce(cast(sum("scored_modules" % 4294967296) as text) || ':' || cast(sum("scored_modules" / 4294967296)
  as text), '0') as "scored_modules", coalesce(cast(sum("weighted_score_units" % 4294967296) as text) || ':'
  || cast(sum("weighted_score_units" / 4294967296) as text), '0') as "weighted_score_units",
  coalesce(cast(sum("time_studied" % 4294967296) as text) || ':' || cast(sum("time_studied" / 4294967296) as
  text), '0') as "time_studied", min(first_completed_at) as first_completed_at, max(last_completed_at) as
  last_completed_at, cast(to_json(percentile_disc(array[0, 0.25, 0.5, 0.75, 1]) within group (order by case
  when "course_stats"."scored_modules" > 0 and "course_stats"."scored_modules" <= 900719925474 and
  "course_stats"."weighted_score_units" <= 9007199254740991 then cast("course_stats"."weighted_score_units" as
  double precision) / ("course_stats"."scored_modules" * 10000) when "course_stats"."scored_modules" > 0 then
  cast(cast("course_stats"."weighted_score_units" as numeric(100, 70)) / (cast("course_stats"."scored_modules"
  as numeric) * 10000) as double precision) end)) as text) as average_scores,
  cast(to_json(percentile_disc(array[0, 0.25, 0.5, 0.75, 1]) within group (order by "time_studied")) as text)
  as times, cast(to_json(percentile_disc(array[0, 0.25, 0.5, 0.75, 1]) within group (order by
  "session_count")) as text) as session_counts from course_stats where course_id = cast($1 as uuid);
select coalesce(studied_of_declared, 0) as studied_of_declared, count(*) as learners,
  count(enrolments.user_id) as enrolled, count(*) filter (where course_stats.user_id is null) as
  "not-started", count(*) filter (where (course_stats.user_id is not null and not studied_of_declared = $1 and
  not course_stats.last_completed_at < cast($2 as timestamptz))) as "active", count(*) filter (where
  (course_stats.user_id is not null and not studied_of_declared = $3 and course_stats.last_completed_at <
  cast($4 as timestamptz))) as "inactive", count(*) filter (where (course_stats.user_id is not null and
  studied_of_declared = $5)) as "completed" from (select user_id from course_stats where
  "course_stats"."course_id" = cast($6 as uuid) union select user_id from enrolments where
  "enrolments"."course_id" = cast($7 as uuid)) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = cast($8 as uuid) left join enrolments on enrolments.user_id
  = learner.user_id and "enrolments"."course_id" = cast($9 as uuid) cross join lateral (select count(*) as
  studied_of_declared from studied_modules where studied_modules.user_id = "learner"."user_id" and
  studied_modules.course_id = cast($10 as uuid) and module_id in (select module_id from course_modules where
  course_modules.course_id = cast($11 as uuid))) as studied group by 1;
select studied_modules.module_id, count(*) as learners from (select user_id from course_stats where course_id
  = cast($1 as uuid)) as learner join studied_modules on studied_modules.user_id = learner.user_id and
  studied_modules.course_id = cast($2 as uuid) where studied_modules.module_id in (select module_id from
  course_modules where course_modules.course_id = cast($3 as uuid)) group by studied_modules.module_id order
  by studied_modules.module_id limit 1000;

-- getCourseActivity
select min("first_completed_at") as "first_at", max("last_completed_at") as "last_at" from "course_stats"
  where "course_id" = cast($1 as uuid);
select position, count(*) as active_learners, cast(sum(session_count) as bigint) as session_count,
  coalesce(cast(sum("total_modules_studied" % 4294967296) as text) || ':' || cast(sum("total_modules_studied"
  / 4294967296) as text), '0') as "total_modules_studied", coalesce(cast(sum("scored_modules" % 4294967296) as
  text) || ':' || cast(sum("scored_modules" / 4294967296) as text), '0') as "scored_modules",
  coalesce(cast(sum("weighted_score_units" % 4294967296) as text) || ':' || cast(sum("weighted_score_units" /
  4294967296) as text), '0') as "weighted_score_units", coalesce(cast(sum("time_studied" % 4294967296) as
  text) || ':' || cast(sum("time_studied" / 4294967296) as text), '0') as "time_studied" from ( select
  learner.user_id, width_bucket(completed_at, cast($1 as timestamptz[])) - 1 as position, count(*) as
  session_count, sum(total_modules_studied) as total_modules_studied, coalesce(sum(total_modules_studied)
  filter (where average_score_units is not null), 0) as scored_modules, cast(coalesce(sum(average_score_units
  * total_modules_studied), 0) as bigint) as weighted_score_units, sum(time_studied) as time_studied from
  (select user_id from course_stats where course_id = cast($2 as uuid)) as learner join study_sessions on
  study_sessions.user_id = learner.user_id and study_sessions.course_id = cast($3 as uuid) group by
  learner.user_id, 2 ) as active group by position;
select width_bucket(first_completed_at, cast($1 as timestamptz[])) - 1 as position, count(*) as learners from
  course_stats where course_id = cast($2 as uuid) group by 1;

-- getCourseActivity: range
select position, count(*) as active_learners, cast(sum(session_count) as bigint) as session_count,
  coalesce(cast(sum("total_modules_studied" % 4294967296) as text) || ':' || cast(sum("total_modules_studied"
  / 4294967296) as text), '0') as "total_modules_studied", coalesce(cast(sum("scored_modules" % 4294967296) as
  text) || ':' || cast(sum("scored_modules" / 4294967296) as text), '0') as "scored_modules",
  coalesce(cast(sum("weighted_score_units" % 4294967296) as text) || ':' || cast(sum("weighted_score_units" /
  4294967296) as text), '0') as "weighted_score_units", coalesce(cast(sum("time_studied" % 4294967296) as
  text) || ':' || cast(sum("time_studied" / 4294967296) as text), '0') as "time_studied" from ( select
  learner.user_id, width_bucket(completed_at, cast($1 as timestamptz[])) - 1 as position, count(*) as
  session_count, sum(total_modules_studied) as total_modules_studied, coalesce(sum(total_modules_studied)
  filter (where average_score_units is not null), 0) as scored_modules, cast(coalesce(sum(average_score_units
  * total_modules_studied), 0) as bigint) as weighted_score_units, sum(time_studied) as time_studied from
  (select user_id from course_stats where course_id = cast($2 as uuid)) as learner join study_sessions on
  study_sessions.user_id = learner.user_id and study_sessions.course_id = cast($3 as uuid) and completed_at >=
  cast($4 as timestamptz) and completed_at < cast($5 as timestamptz) group by learner.user_id, 2 ) as active
  group by position;
select width_bucket(first_completed_at, cast($1 as timestamptz[])) - 1 as position, count(*) as learners from
  course_stats where course_id = cast($2 as uuid) and first_completed_at >= cast($3 as timestamptz) and
  first_completed_at < cast($4 as timestamptz) group by 1;

-- listStudiedCourses
select "course_stats"."course_id", "courses"."name", "course_stats"."session_count",
  "course_stats"."total_modules_studied", "course_stats"."scored_modules",
  cast(course_stats.weighted_score_units as text) as "weighted_score_units", "course_stats"."time_studied",
  "course_stats"."first_completed_at", "course_stats"."last_completed_at", ( select count(*) from
  studied_modules where studied_modules.user_id = cast($1 as uuid) and studied_modules.course_id =
  course_stats.course_id) as "studied", ( select count(*) from course_modules where course_modules.course_id =
  courses.course_id) as "declared", ( select count(*) from course_modules join studied_modules on
  studied_modules.course_id = course_modules.course_id and studied_modules.module_id =
  course_modules.module_id where studied_modules.user_id = cast($2 as uuid) and course_modules.course_id =
  course_stats.course_id) as "studiedOfDeclared" from "course_stats" inner join "courses" on
  "courses"."course_id" = "course_stats"."course_id" where "course_stats"."user_id" = cast($3 as uuid) and
  "courses"."name" > $4 order by "courses"."name" limit $5;

-- keys.create
select "course_id" from "courses" where "course_id" in (cast($1 as uuid));
insert into "api_keys" ("key_id", "name", "secret_hash", "scopes", "course_ids", "expires_at", "last_used_at",
  "revoked_at", "created_at", "updated_at") values ($1, $2, $3, $4, $5, $6, $7, $8, cast($9 as timestamptz),
  cast($10 as timestamptz));

-- keys.list
select "key_id", "name", "scopes", "course_ids", "created_at", "expires_at", "last_used_at", "revoked_at" from
  "api_keys" order by "created_at", "key_id";

-- keys.find
select "key_id", "name", "scopes", "course_ids", "created_at", "expires_at", "last_used_at", "revoked_at",
  "secret_hash" from "api_keys" where "key_id" = $1;

-- keys.touch
update "api_keys" set "last_used_at" = cast($1 as timestamptz) where "key_id" = $2 and ("last_used_at" is null
  or "last_used_at" < cast($3 as timestamptz));

-- keys.revoke
update "api_keys" set "revoked_at" = cast($1 as timestamptz), "updated_at" = cast($2 as timestamptz) where
  "key_id" = $3 and "revoked_at" is null;
select "key_id", "name", "scopes", "course_ids", "created_at", "expires_at", "last_used_at", "revoked_at" from
  "api_keys" where "key_id" = $1;

-- ready
select pg_is_in_recovery() as "isStandby";

-- export
select set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0',
  true);
declare exported no scroll cursor for (select "user_id", "course_id", "session_id", "total_modules_studied",
  "time_studied", "average_score_units", "completed_at", "module_ids" from "study_sessions" order by
  "user_id", "course_id", "session_id");
fetch 1000 from exported;

-- export: enrolments
declare exported no scroll cursor for (select "user_id", "course_id", "display_name", "group_names" from
  "enrolments" order by "user_id", "course_id");

-- verify
select user_id, course_id from (select * from ( select user_id, course_id from "study_sessions" where 1 = 1
  order by user_id, course_id limit 1 offset 10000) as "end_of_study_sessions" union all select * from (
  select user_id, course_id from "course_stats" where 1 = 1 order by user_id, course_id limit 1 offset 10000)
  as "end_of_course_stats" union all select * from ( select user_id, course_id from "studied_modules" where 1
  = 1 order by user_id, course_id limit 1 offset 10000) as "end_of_studied_modules") as ends order by user_id,
  course_id limit 1;
select (select count(*) from study_sessions where 1 = 1) as sessions, (select count(*) from course_stats where
  1 = 1) as "lifetimeStats", (select count(*) from studied_modules where 1 = 1) as "moduleCounts";
select user_id, course_id, cast("stored_session_count" as text) as "stored_session_count",
  cast("expected_session_count" as text) as "expected_session_count", cast("stored_total_modules_studied" as
  text) as "stored_total_modules_studied", cast("expected_total_modules_studied" as text) as
  "expected_total_modules_studied", cast("stored_scored_modules" as text) as "stored_scored_modules",
  cast("expected_scored_modules" as text) as "expected_scored_modules", cast("stored_weighted_score_units" as
  text) as "stored_weighted_score_units", cast("expected_weighted_score_units" as text) as
  "expected_weighted_score_units", cast("stored_time_studied" as text) as "stored_time_studied",
  cast("expected_time_studied" as text) as "expected_time_studied", case when "stored_first_completed_at" >=
  timestamptz '1970-01-01Z' and "stored_first_completed_at" < timestamptz '10000-01-01Z' then
  to_char("stored_first_completed_at" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') else
  cast("stored_first_completed_at" as text) end as "stored_first_completed_at", case when
  "expected_first_completed_at" >= timestamptz '1970-01-01Z' and "expected_first_completed_at" < timestamptz
  '10000-01-01Z' then to_char("expected_first_completed_at" at time zone 'UTC',
  'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') else cast("expected_first_completed_at" as text) end as
  "expected_first_completed_at", case when "stored_last_completed_at" >= timestamptz '1970-01-01Z' and
  "stored_last_completed_at" < timestamptz '10000-01-01Z' then to_char("stored_last_completed_at" at time zone
  'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') else cast("stored_last_completed_at" as text) end as
  "stored_last_completed_at", case when "expected_last_completed_at" >= timestamptz '1970-01-01Z' and
  "expected_last_completed_at" < timestamptz '10000-01-01Z' then to_char("expected_last_completed_at" at time
  zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') else cast("expected_last_completed_at" as text) end as
  "expected_last_completed_at" from ( select user_id, course_id, max("stored_session_count") as
  "stored_session_count", max("expected_session_count") as "expected_session_count",
  max("stored_total_modules_studied") as "stored_total_modules_studied", max("expected_total_modules_studied")
  as "expected_total_modules_studied", max("stored_scored_modules") as "stored_scored_modules",
  max("expected_scored_modules") as "expected_scored_modules", max("stored_weighted_score_units") as
  "stored_weighted_score_units", max("expected_weighted_score_units") as "expected_weighted_score_units",
  max("stored_time_studied") as "stored_time_studied", max("expected_time_studied") as
  "expected_time_studied", max("stored_first_completed_at") as "stored_first_completed_at",
  max("expected_first_completed_at") as "expected_first_completed_at", max("stored_last_completed_at") as
  "stored_last_completed_at", max("expected_last_completed_at") as "expected_last_completed_at" from ( select
  user_id, course_id, "session_count" as "stored_session_count", "total_modules_studied" as
  "stored_total_modules_studied", "scored_modules" as "stored_scored_modules", "weighted_score_units" as
  "stored_weighted_score_units", "time_studied" as "stored_time_studied", "first_completed_at" as
  "stored_first_completed_at", "last_completed_at" as "stored_last_completed_at", null as
  "expected_session_count", null as "expected_total_modules_studied", null as "expected_scored_modules", null
  as "expected_weighted_score_units", null as "expected_time_studied", null as "expected_first_completed_at",
  null as "expected_last_completed_at" from course_stats where 1 = 1 union all select user_id, course_id, null
  as "expected_session_count", null as "expected_total_modules_studied", null as "expected_scored_modules",
  null as "expected_weighted_score_units", null as "expected_time_studied", null as
  "expected_first_completed_at", null as "expected_last_completed_at", "session_count" as
  "expected_session_count", "total_modules_studied" as "expected_total_modules_studied", "scored_modules" as
  "expected_scored_modules", "weighted_score_units" as "expected_weighted_score_units", "time_studied" as
  "expected_time_studied", "first_completed_at" as "expected_first_completed_at", "last_completed_at" as
  "expected_last_completed_at" from (select user_id, course_id, count(*) as "session_count",
  sum(total_modules_studied) as "total_modules_studied", sum(case when average_score_units is null then 0 else
  total_modules_studied end) as "scored_modules", sum(coalesce(cast(average_score_units as numeric) *
  total_modules_studied, 0)) as "weighted_score_units", sum(time_studied) as "time_studied", min(completed_at)
  as "first_completed_at", max(completed_at) as "last_completed_at" from study_sessions where 1 = 1 group by
  user_id, course_id) as summed) as rows_of_both group by user_id, course_id) as merged where
  "stored_session_count" is distinct from "expected_session_count" or "stored_total_modules_studied" is
  distinct from "expected_total_modules_studied" or "stored_scored_modules" is distinct from
  "expected_scored_modules" or "stored_weighted_score_units" is distinct from "expected_weighted_score_units"
  or "stored_time_studied" is distinct from "expected_time_studied" or "stored_first_completed_at" is distinct
  from "expected_first_completed_at" or "stored_last_completed_at" is distinct from
  "expected_last_completed_at" order by 1, 2;
select user_id, course_id, module_id, cast(stored as text) as stored, cast(expected as text) as expected from
  ( select user_id, course_id, module_id, max(stored) as stored, max(expected) as expected from ( select
  user_id, course_id, module_id, session_count as stored, null as expected from studied_modules where 1 = 1
  union all select user_id, course_id, module_id, null, session_count from ( select user_id, course_id,
  module.module_id as module_id, count(distinct session_id) as session_count from study_sessions cross join
  string_to_table(module_ids, ';') as module(module_id) where module_ids <> '' and 1 = 1 group by user_id,
  course_id, module.module_id) as counted) as rows_of_both group by user_id, course_id, module_id) as merged
  where stored is distinct from expected and 1 = 1 order by user_id, course_id, module_id limit 5000;
select user_id, course_id, session_id, case when not exists (select 1 from courses where courses.course_id =
  study_sessions.course_id) then substr(cast(course_id as text), 1, 200) end as "broken_0", case when
  total_modules_studied not between 0 and 100000 then substr(cast(total_modules_studied as text), 1, 200) end
  as "broken_1", case when average_score_units not between 0 and 10000000000 then
  substr(cast(average_score_units as text), 1, 200) end as "broken_2", case when time_studied not between 0
  and 1000000000 then substr(cast(time_studied as text), 1, 200) end as "broken_3", case when (completed_at <
  timestamptz '1970-01-01Z' or completed_at >= timestamptz '10000-01-01Z') then substr(cast(case when
  completed_at >= timestamptz '1970-01-01Z' and completed_at < timestamptz '10000-01-01Z' then
  to_char(completed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') else cast(completed_at as text)
  end as text), 1, 200) end as "broken_4", case when module_ids <> '' and (module_ids ~ '[^!-~]' or (select
  count(*) > 1000 or min(length(id)) < 1 or max(length(id)) > 128 from (select module.module_id as id from
  string_to_table(module_ids, ';') as module(module_id)) as split) or module_ids <> (select string_agg(id, ';'
  order by id) from ( select distinct module.module_id collate "C" as id from string_to_table(module_ids, ';')
  as module(module_id)) as split)) then substr(cast(module_ids as text), 1, 200) end as "broken_5" from
  study_sessions where 1 = 1 and 1 = 1 and (not exists (select 1 from courses where courses.course_id =
  study_sessions.course_id) or total_modules_studied not between 0 and 100000 or average_score_units not
  between 0 and 10000000000 or time_studied not between 0 and 1000000000 or (completed_at < timestamptz
  '1970-01-01Z' or completed_at >= timestamptz '10000-01-01Z') or module_ids <> '' and (module_ids ~ '[^!-~]'
  or (select count(*) > 1000 or min(length(id)) < 1 or max(length(id)) > 128 from (select module.module_id as
  id from string_to_table(module_ids, ';') as module(module_id)) as split) or module_ids <> (select
  string_agg(id, ';' order by id) from ( select distinct module.module_id collate "C" as id from
  string_to_table(module_ids, ';') as module(module_id)) as split))) order by user_id, course_id, session_id
  limit 1000;

-- doctor
select current_setting('server_version') as version, cast(current_setting('server_version_num') as integer) as
  number, pg_is_in_recovery() as "isStandby", current_setting('default_transaction_read_only') = 'on' as
  "isReadOnly";
select name, setting from pg_settings where name in ($1, $2) order by name;
select cast(indexrelid::regclass as text) from pg_index where indrelid = any (select oid from pg_class where
  relnamespace = to_regnamespace(current_schema())) and not indisvalid union all select cast(conname as text)
  from pg_constraint where connamespace = to_regnamespace(current_schema()) and not convalidated;

-- verify --rebuild
select 1 from course_stats where user_id = cast($1 as uuid) and course_id = cast($2 as uuid) for update;
delete from studied_modules where user_id = cast($1 as uuid) and course_id = cast($2 as uuid) and module_id
  not in ( select module_id from ( select user_id, course_id, module.module_id as module_id, count(distinct
  session_id) as session_count from study_sessions cross join string_to_table(module_ids, ';') as
  module(module_id) where module_ids <> '' and user_id = cast($3 as uuid) and course_id = cast($4 as uuid)
  group by user_id, course_id, module.module_id) as counted);
insert into studied_modules ("user_id", "course_id", "module_id", "session_count", "created_at", "updated_at")
  select user_id, course_id, module_id, session_count, cast($1 as timestamptz), cast($2 as timestamptz) from (
  select user_id, course_id, module.module_id as module_id, count(distinct session_id) as session_count from
  study_sessions cross join string_to_table(module_ids, ';') as module(module_id) where module_ids <> '' and
  user_id = cast($3 as uuid) and course_id = cast($4 as uuid) group by user_id, course_id, module.module_id)
  as counted where session_count > 0 order by module_id on conflict (user_id, course_id, module_id) do update
  set session_count = excluded.session_count, updated_at = excluded.updated_at where
  studied_modules.session_count <> excluded.session_count;
insert into course_stats ("user_id", "course_id", "session_count", "total_modules_studied", "scored_modules",
  "weighted_score_units", "time_studied", "first_completed_at", "last_completed_at", "created_at",
  "updated_at") select user_id, course_id, "session_count", "total_modules_studied", "scored_modules",
  "weighted_score_units", "time_studied", "first_completed_at", "last_completed_at", cast($1 as timestamptz),
  cast($2 as timestamptz) from (select user_id, course_id, count(*) as "session_count",
  sum(total_modules_studied) as "total_modules_studied", sum(case when average_score_units is null then 0 else
  total_modules_studied end) as "scored_modules", sum(coalesce(cast(average_score_units as numeric) *
  total_modules_studied, 0)) as "weighted_score_units", sum(time_studied) as "time_studied", min(completed_at)
  as "first_completed_at", max(completed_at) as "last_completed_at" from study_sessions where user_id =
  cast($3 as uuid) and course_id = cast($4 as uuid) group by user_id, course_id) as summed where session_count
  > 0 on conflict (user_id, course_id) do update set "session_count" = "excluded"."session_count",
  "total_modules_studied" = "excluded"."total_modules_studied", "scored_modules" =
  "excluded"."scored_modules", "weighted_score_units" = "excluded"."weighted_score_units", "time_studied" =
  "excluded"."time_studied", "first_completed_at" = "excluded"."first_completed_at", "last_completed_at" =
  "excluded"."last_completed_at", updated_at = excluded.updated_at where "course_stats"."session_count" <>
  "excluded"."session_count" or "course_stats"."total_modules_studied" <> "excluded"."total_modules_studied"
  or "course_stats"."scored_modules" <> "excluded"."scored_modules" or "course_stats"."weighted_score_units"
  <> "excluded"."weighted_score_units" or "course_stats"."time_studied" <> "excluded"."time_studied" or
  "course_stats"."first_completed_at" <> "excluded"."first_completed_at" or "course_stats"."last_completed_at"
  <> "excluded"."last_completed_at";
delete from course_stats where user_id = cast($1 as uuid) and course_id = cast($2 as uuid) and not exists
  (select 1 from study_sessions where user_id = cast($3 as uuid) and course_id = cast($4 as uuid));

-- deleteCourse
select "user_id" from "course_stats" where "course_id" = cast($1 as uuid) limit $2;
select "course_id" from "courses" where "course_id" = cast($1 as uuid) for update;
delete from "course_modules" where "course_id" = cast($1 as uuid);
delete from "courses" where "course_id" = cast($1 as uuid);

-- eraseUser
select "course_id" from "course_stats" where "user_id" = cast($1 as uuid) order by "course_id" for update;
select course_id from study_sessions where user_id = cast($1 as uuid) and course_id not in (select course_id
  from course_stats where user_id = cast($2 as uuid)) union select course_id from studied_modules where
  user_id = cast($3 as uuid) and course_id not in (select course_id from course_stats where user_id = cast($4
  as uuid));
select count(*) as "rows" from (select "session_id" from "study_sessions" where "user_id" = cast($1 as uuid)
  and "course_id" in (cast($2 as uuid)) for update skip locked) as "sessions";
select count(*) as "rows" from (select "session_id" from "study_sessions" where "user_id" = cast($1 as uuid)
  and "course_id" in (cast($2 as uuid))) as "sessions";
delete from "study_sessions" where "user_id" = cast($1 as uuid) and "course_id" in (cast($2 as uuid));
delete from "studied_modules" where "user_id" = cast($1 as uuid) and "course_id" in (cast($2 as uuid));
delete from "course_stats" where "user_id" = cast($1 as uuid) and "course_id" in (cast($2 as uuid));
delete from "enrolments" where "user_id" = cast($1 as uuid);
