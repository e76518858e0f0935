-- migrate
select 1 from sqlite_master where type = 'table' and name = 'schema_migrations';
begin immediate;
create table "schema_migrations" ("name" text not null primary key, "is_breaking" integer not null check
  (is_breaking in (0, 1)), "created_at" integer not null, "updated_at" integer not null) strict, without
  rowid;
select "name", "is_breaking" from "schema_migrations" order by "name";
create table "courses" ("course_id" blob not null primary key, "name" text not null, "created_at" integer not
  null, "updated_at" integer not null) strict, without rowid;
create unique index "courses_by_name" on "courses" ("name") where "name" is not null;
create table "course_modules" ("course_id" blob not null references "courses" ("course_id"), "module_id" text
  not null, "created_at" integer not null, "updated_at" integer not null, constraint "course_modules_pkey"
  primary key ("course_id", "module_id")) strict, without rowid;
create table "study_sessions" ("user_id" blob not null, "course_id" blob not null, "session_id" blob not null,
  "total_modules_studied" integer not null check (total_modules_studied >= 0), "time_studied" integer not null
  check (time_studied >= 0), "average_score_units" integer check (average_score_units >= 0), "completed_at"
  integer not null, "module_ids" text not null, "created_at" integer not null, "updated_at" integer not null,
  constraint "study_sessions_pkey" primary key ("user_id", "course_id", "session_id")) strict, without rowid;
create index "study_sessions_by_completion" on "study_sessions" ("user_id", "course_id", "completed_at");
create table "course_stats" ("user_id" blob not null, "course_id" blob not null references "courses"
  ("course_id"), "session_count" integer not null check (session_count > 0), "total_modules_studied" integer
  not null, "scored_modules" integer not null, "weighted_score_units" integer not null, "time_studied" integer
  not null, "first_completed_at" integer not null, "last_completed_at" integer not null, "created_at" integer
  not null, "updated_at" integer not null, constraint "course_stats_pkey" primary key ("user_id",
  "course_id"), constraint "course_stats_totals_are_not_negative" check (total_modules_studied >= 0 and
  scored_modules >= 0 and weighted_score_units >= 0 and time_studied >= 0), constraint
  "course_stats_totals_are_exact" check (total_modules_studied <= 9007199254740991 and time_studied <=
  9007199254740991)) strict, without rowid;
create index "course_stats_by_course" on "course_stats" ("course_id", "user_id");
create table "studied_modules" ("user_id" blob not null, "course_id" blob not null, "module_id" text not null,
  "session_count" integer not null check (session_count >= 0), "created_at" integer not null, "updated_at"
  integer not null, constraint "studied_modules_pkey" primary key ("user_id", "course_id", "module_id"))
  strict, without rowid;
create table "enrolments" ("user_id" blob not null, "course_id" blob not null references "courses"
  ("course_id") on delete cascade, "display_name" text, "folded_name" text, "group_names" text not null,
  "created_at" integer not null, "updated_at" integer not null, constraint "enrolments_pkey" primary key
  ("user_id", "course_id")) strict, without rowid;
create index "enrolments_by_course" on "enrolments" ("course_id", "user_id");
create table "api_keys" ("key_id" text not null primary key, "name" text not null, "secret_hash" blob not null
  check (length(secret_hash) = 32), "scopes" text not null, "course_ids" text, "expires_at" integer,
  "last_used_at" integer, "revoked_at" integer, "created_at" integer not null, "updated_at" integer not null)
  strict, without rowid;
create view readable_courses as select lower(substr(hex("course_id"), 1, 8) || '-' || substr(hex("course_id"),
  9, 4) || '-' || substr(hex("course_id"), 13, 4) || '-' || substr(hex("course_id"), 17, 4) || '-' ||
  substr(hex("course_id"), 21, 12)) as "course_id", name, strftime('%Y-%m-%dT%H:%M:%fZ', "created_at" /
  1000.0, 'unixepoch') as "created_at", strftime('%Y-%m-%dT%H:%M:%fZ', "updated_at" / 1000.0, 'unixepoch') as
  "updated_at" from courses;
create view readable_sessions as select lower(substr(hex("user_id"), 1, 8) || '-' || substr(hex("user_id"), 9,
  4) || '-' || substr(hex("user_id"), 13, 4) || '-' || substr(hex("user_id"), 17, 4) || '-' ||
  substr(hex("user_id"), 21, 12)) as "user_id", lower(substr(hex("course_id"), 1, 8) || '-' ||
  substr(hex("course_id"), 9, 4) || '-' || substr(hex("course_id"), 13, 4) || '-' || substr(hex("course_id"),
  17, 4) || '-' || substr(hex("course_id"), 21, 12)) as "course_id", lower(substr(hex("session_id"), 1, 8) ||
  '-' || substr(hex("session_id"), 9, 4) || '-' || substr(hex("session_id"), 13, 4) || '-' ||
  substr(hex("session_id"), 17, 4) || '-' || substr(hex("session_id"), 21, 12)) as "session_id",
  total_modules_studied, average_score_units / 10000.0 as average_score, time_studied,
  strftime('%Y-%m-%dT%H:%M:%fZ', "completed_at" / 1000.0, 'unixepoch') as "completed_at", module_ids,
  strftime('%Y-%m-%dT%H:%M:%fZ', "created_at" / 1000.0, 'unixepoch') as "created_at",
  strftime('%Y-%m-%dT%H:%M:%fZ', "updated_at" / 1000.0, 'unixepoch') as "updated_at" from study_sessions;
create view readable_stats as select lower(substr(hex("user_id"), 1, 8) || '-' || substr(hex("user_id"), 9, 4)
  || '-' || substr(hex("user_id"), 13, 4) || '-' || substr(hex("user_id"), 17, 4) || '-' ||
  substr(hex("user_id"), 21, 12)) as "user_id", lower(substr(hex("course_id"), 1, 8) || '-' ||
  substr(hex("course_id"), 9, 4) || '-' || substr(hex("course_id"), 13, 4) || '-' || substr(hex("course_id"),
  17, 4) || '-' || substr(hex("course_id"), 21, 12)) as "course_id", session_count, total_modules_studied,
  weighted_score_units / (scored_modules * 10000.0) as average_score, time_studied,
  strftime('%Y-%m-%dT%H:%M:%fZ', "first_completed_at" / 1000.0, 'unixepoch') as "first_completed_at",
  strftime('%Y-%m-%dT%H:%M:%fZ', "last_completed_at" / 1000.0, 'unixepoch') as "last_completed_at" from
  course_stats;
create view readable_enrolments as select lower(substr(hex("user_id"), 1, 8) || '-' || substr(hex("user_id"),
  9, 4) || '-' || substr(hex("user_id"), 13, 4) || '-' || substr(hex("user_id"), 17, 4) || '-' ||
  substr(hex("user_id"), 21, 12)) as "user_id", lower(substr(hex("course_id"), 1, 8) || '-' ||
  substr(hex("course_id"), 9, 4) || '-' || substr(hex("course_id"), 13, 4) || '-' || substr(hex("course_id"),
  17, 4) || '-' || substr(hex("course_id"), 21, 12)) as "course_id", display_name, group_names,
  strftime('%Y-%m-%dT%H:%M:%fZ', "created_at" / 1000.0, 'unixepoch') as "created_at",
  strftime('%Y-%m-%dT%H:%M:%fZ', "updated_at" / 1000.0, 'unixepoch') as "updated_at" from enrolments;
insert into "schema_migrations" ("name", "is_breaking", "created_at", "updated_at") values (?, ?, ?, ?);
commit;

-- addCourse
insert into "courses" ("course_id", "name", "created_at", "updated_at") values (unhex(?, '-'), ?, ?, ?);

-- addCourse: exists
rollback;
select "course_id", "name" from "courses" where ("course_id" = unhex(?, '-') or "name" = ?);

-- setCourse
insert into "courses" ("course_id", "name", "created_at", "updated_at") values (unhex(?, '-'), ?, ?, ?) on
  conflict ("course_id") do nothing returning "course_id", "name", "created_at", "updated_at";
select "course_id", "name", "created_at", "updated_at", coalesce(( select group_concat(module_id, ';' order by
  module_id) from course_modules where course_modules.course_id = courses.course_id), '') as "module_ids" from
  "courses" where "course_id" = unhex(?, '-');
select "course_id" from "courses" where "course_id" = unhex(?, '-');
update "courses" set "name" = ?, "updated_at" = ? where "course_id" = unhex(?, '-');
insert into "course_modules" ("course_id", "module_id", "created_at", "updated_at") values (unhex(?, '-'), ?,
  ?, ?);

-- setCourse: other modules
delete from "course_modules" where "course_id" = unhex(?, '-') and "module_id" in (?);

-- listCourses
select "course_id", "name", "created_at", "updated_at", coalesce(( select group_concat(module_id, ';' order by
  module_id) from course_modules where course_modules.course_id = courses.course_id), '') as "module_ids" from
  "courses" where "name" > ? order by "name" limit ?;

-- enrolLearner
insert into "enrolments" ("user_id", "course_id", "display_name", "folded_name", "group_names", "created_at",
  "updated_at") values (unhex(?, '-'), unhex(?, '-'), ?, ?, ?, ?, ?) on conflict ("user_id", "course_id") do
  nothing returning "user_id", "course_id", "display_name", "group_names", "created_at";

-- enrolLearner: other content
select "user_id", "course_id", "display_name", "group_names", "created_at" from "enrolments" where "user_id" =
  unhex(?, '-') and "course_id" = unhex(?, '-');
update "enrolments" set "display_name" = ?, "folded_name" = ?, "group_names" = ?, "updated_at" = ? where
  "user_id" = unhex(?, '-') and "course_id" = unhex(?, '-') returning "user_id", "course_id", "display_name",
  "group_names", "created_at";

-- unenrolLearner
delete from "enrolments" where "user_id" = unhex(?, '-') and "course_id" = unhex(?, '-');

-- recordSession
insert into study_sessions ("user_id", "course_id", "session_id", "total_modules_studied", "time_studied",
  "average_score_units", "completed_at", "module_ids", "created_at", "updated_at") select unhex(?, '-'),
  unhex(?, '-'), unhex(?, '-'), ?, ?, ?, ?, ?, ?, ? where exists (select 1 from courses where course_id =
  unhex(?, '-')) on conflict (user_id, course_id, session_id) do nothing;
insert into course_stats ("user_id", "course_id", "session_count", "total_modules_studied", "scored_modules",
  "weighted_score_units", "time_studied", "first_completed_at", "last_completed_at", "created_at",
  "updated_at") values (unhex(?, '-'), unhex(?, '-'), ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (user_id,
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
  values (unhex(?, '-'), unhex(?, '-'), ?, ?, ?, ?) on conflict (user_id, course_id, module_id) do update set
  session_count = studied_modules.session_count + excluded.session_count, updated_at = excluded.updated_at;
select "total_modules_studied", "time_studied", "average_score_units", "completed_at", "module_ids",
  "created_at", "updated_at" from "study_sessions" where "user_id" = unhex(?, '-') and "course_id" = unhex(?,
  '-') and "session_id" = unhex(?, '-');
select case when courses.course_id is null then 0 else 1 end as "course_exists",
  "course_stats"."session_count", "course_stats"."total_modules_studied", "course_stats"."scored_modules",
  cast(course_stats.weighted_score_units as text) as "weighted_score_units", "course_stats"."time_studied",
  "course_stats"."first_completed_at", "course_stats"."last_completed_at", ( select count(*) from
  studied_modules where studied_modules.user_id = course_stats.user_id and studied_modules.course_id =
  course_stats.course_id) as "studied", ( select count(*) from course_modules where course_modules.course_id =
  courses.course_id) as "declared", ( select count(*) from course_modules join studied_modules on
  studied_modules.course_id = course_modules.course_id and studied_modules.module_id =
  course_modules.module_id where studied_modules.user_id = course_stats.user_id and course_modules.course_id =
  course_stats.course_id) as "studiedOfDeclared" from ( select unhex(?, '-') as user_id, unhex(?, '-') as
  course_id) as "learner" left join "courses" on "courses"."course_id" = "learner"."course_id" left join
  "course_stats" on "course_stats"."user_id" = "learner"."user_id" and "course_stats"."course_id" =
  "learner"."course_id";

-- recordSession: modules

-- recordSession: replay

-- getStats

-- getStats: two learners at once
begin;

-- getSession

-- putSession
insert into study_sessions ("user_id", "course_id", "session_id", "total_modules_studied", "time_studied",
  "average_score_units", "completed_at", "module_ids", "created_at", "updated_at") values (unhex(?, '-'),
  unhex(?, '-'), unhex(?, '-'), ?, ?, ?, ?, ?, ?, ?) on conflict (user_id, course_id, session_id) do nothing;
select "user_id", "course_id", "session_id", "total_modules_studied", "time_studied", "average_score_units",
  "completed_at", "module_ids", "created_at", "updated_at" from "study_sessions" where user_id = unhex(?, '-')
  and course_id = unhex(?, '-') and session_id = unhex(?, '-');
update study_sessions set "total_modules_studied" = ?, "time_studied" = ?, "average_score_units" = ?,
  "completed_at" = ?, "module_ids" = ?, "created_at" = ?, "updated_at" = ? where user_id = unhex(?, '-') and
  course_id = unhex(?, '-') and session_id = unhex(?, '-');
select "session_count" from "course_stats" where user_id = unhex(?, '-') and course_id = unhex(?, '-');
update course_stats set "session_count" = "session_count" + ?, "total_modules_studied" =
  "total_modules_studied" + ?, "scored_modules" = "scored_modules" + ?, "weighted_score_units" =
  "weighted_score_units" + ?, "time_studied" = "time_studied" + ?, first_completed_at = (select
  min(completed_at) from study_sessions where user_id = unhex(?, '-') and course_id = unhex(?, '-')),
  last_completed_at = (select max(completed_at) from study_sessions where user_id = unhex(?, '-') and
  course_id = unhex(?, '-')), updated_at = ? where user_id = unhex(?, '-') and course_id = unhex(?, '-');
update "studied_modules" set "session_count" = "session_count" - ?, "updated_at" = ? where user_id = unhex(?,
  '-') and course_id = unhex(?, '-') and "module_id" in (?);
delete from "studied_modules" where user_id = unhex(?, '-') and course_id = unhex(?, '-') and "module_id" in
  (?) and "session_count" = ?;

-- deleteSession
delete from "study_sessions" where user_id = unhex(?, '-') and course_id = unhex(?, '-') and session_id =
  unhex(?, '-') returning "user_id", "course_id", "session_id", "total_modules_studied", "time_studied",
  "average_score_units", "completed_at", "module_ids", "created_at", "updated_at";
update "studied_modules" set "session_count" = "session_count" - ?, "updated_at" = ? where user_id = unhex(?,
  '-') and course_id = unhex(?, '-') and "module_id" in (?, ?);
delete from "studied_modules" where user_id = unhex(?, '-') and course_id = unhex(?, '-') and "module_id" in
  (?, ?) and "session_count" = ?;

-- putSession: new
insert into studied_modules ("user_id", "course_id", "module_id", "session_count", "created_at", "updated_at")
  values (unhex(?, '-'), unhex(?, '-'), ?, ?, ?, ?), (unhex(?, '-'), unhex(?, '-'), ?, ?, ?, ?) on conflict
  (user_id, course_id, module_id) do update set session_count = studied_modules.session_count +
  excluded.session_count, updated_at = excluded.updated_at;

-- listSessions
select "session_id", "total_modules_studied", "time_studied", "average_score_units", "completed_at",
  "module_ids", "created_at", "updated_at" from "study_sessions" where "user_id" = unhex(?, '-') and
  "course_id" = unhex(?, '-') order by "completed_at" desc, "session_id" desc limit ?;

-- listSessions: next page
select "session_id", "total_modules_studied", "time_studied", "average_score_units", "completed_at",
  "module_ids", "created_at", "updated_at" from "study_sessions" where "user_id" = unhex(?, '-') and
  "course_id" = unhex(?, '-') and "completed_at" >= ? order by "completed_at" desc, "session_id" desc limit ?;
select "session_id", "total_modules_studied", "time_studied", "average_score_units", "completed_at",
  "module_ids", "created_at", "updated_at" from "study_sessions" where "user_id" = unhex(?, '-') and
  "course_id" = unhex(?, '-') and "completed_at" >= ? and "completed_at" < ? and (completed_at, session_id) <
  (?, unhex(?, '-')) order by "completed_at" desc, "session_id" desc limit ?;

-- getHistory
select "first_completed_at", "last_completed_at" from "course_stats" where "user_id" = unhex(?, '-') and
  "course_id" = unhex(?, '-');
with bounds (position, start_at, end_at) as (values (0, ?, ?)) select position, count(*) as session_count,
  cast((sum((total_modules_studied) / 4294967296) * 4294967296 + sum((total_modules_studied) % 4294967296)) as
  bigint) as total_modules_studied, cast((sum((case when average_score_units is null then 0 else
  total_modules_studied end) / 4294967296) * 4294967296 + sum((case when average_score_units is null then 0
  else total_modules_studied end) % 4294967296)) as bigint) as scored_modules,
  cast((sum((coalesce(average_score_units * total_modules_studied, 0)) / 4294967296) * 4294967296 +
  sum((coalesce(average_score_units * total_modules_studied, 0)) % 4294967296)) as text) as
  weighted_score_units, cast((sum((time_studied) / 4294967296) * 4294967296 + sum((time_studied) %
  4294967296)) as bigint) as time_studied from bounds join study_sessions on user_id = unhex(?, '-') and
  course_id = unhex(?, '-') and completed_at >= start_at and completed_at < end_at group by position;

-- getHistory: range

-- getLearnerActivity
select min("first_completed_at") as "first_completed_at" from "course_stats" where "user_id" = unhex(?, '-');
select "course_id", "session_id" from "study_sessions" where "user_id" = unhex(?, '-') and true order by
  "course_id", "session_id" limit ? offset ?;
select (completed_at + cast(? as bigint)) / 86400000 as day, count(*) filter (where completed_at >= ? and
  completed_at < ?) as "sessionCount", cast(coalesce(sum(total_modules_studied) filter (where completed_at >=
  ? and completed_at < ?), 0) as bigint) as "totalModulesStudied", cast(coalesce(sum(time_studied) filter
  (where completed_at >= ? and completed_at < ?), 0) as bigint) as "timeStudied" from study_sessions where
  user_id = unhex(?, '-') and true and completed_at >= ? and completed_at < ? group by 1;

-- listLearners
begin deferred;
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  learner.user_id as sort_key from (select user_id from course_stats where "course_stats"."course_id" =
  unhex(?, '-') union select user_id from enrolments where "enrolments"."course_id" = unhex(?, '-') order by
  user_id asc limit ?) as learner left join course_stats on course_stats.user_id = learner.user_id and
  "course_stats"."course_id" = unhex(?, '-') left join enrolments on enrolments.user_id = learner.user_id and
  "enrolments"."course_id" = unhex(?, '-') order by learner.user_id asc limit ?;
select user_id, count(*) as studied, count(course_modules.module_id) as of_declared from studied_modules left
  join course_modules on course_modules.course_id = unhex(?, '-') and course_modules.module_id =
  studied_modules.module_id where studied_modules.course_id = unhex(?, '-') and user_id in (select
  unhex(value, '-') from json_each(?)) group by user_id;

-- listLearners: next page by userId
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  learner.user_id as sort_key from (select user_id from course_stats where "course_stats"."course_id" =
  unhex(?, '-') and "course_stats"."user_id" > unhex(?, '-') union select user_id from enrolments where
  "enrolments"."course_id" = unhex(?, '-') and "enrolments"."user_id" > unhex(?, '-') order by user_id asc
  limit ?) as learner left join course_stats on course_stats.user_id = learner.user_id and
  "course_stats"."course_id" = unhex(?, '-') and "course_stats"."user_id" > unhex(?, '-') left join enrolments
  on enrolments.user_id = learner.user_id and "enrolments"."course_id" = unhex(?, '-') and
  "enrolments"."user_id" > unhex(?, '-') order by learner.user_id asc limit ?;

-- listLearners: next page by displayName
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  enrolments.folded_name as sort_key from (select user_id from course_stats where "course_stats"."course_id" =
  unhex(?, '-') union select user_id from enrolments where "enrolments"."course_id" = unhex(?, '-')) as
  learner left join course_stats on course_stats.user_id = learner.user_id and "course_stats"."course_id" =
  unhex(?, '-') left join enrolments on enrolments.user_id = learner.user_id and "enrolments"."course_id" =
  unhex(?, '-') order by sort_key asc nulls last, learner.user_id limit ?;
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  enrolments.folded_name as sort_key from (select user_id from course_stats where "course_stats"."course_id" =
  unhex(?, '-') union select user_id from enrolments where "enrolments"."course_id" = unhex(?, '-')) as
  learner left join course_stats on course_stats.user_id = learner.user_id and "course_stats"."course_id" =
  unhex(?, '-') left join enrolments on enrolments.user_id = learner.user_id and "enrolments"."course_id" =
  unhex(?, '-') where (enrolments.folded_name is null and learner.user_id > unhex(?, '-')) order by sort_key
  asc nulls last, learner.user_id limit ?;

-- listLearners: next page by lastCompletedAt
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  course_stats.last_completed_at as sort_key from (select user_id from course_stats where
  "course_stats"."course_id" = unhex(?, '-') union select user_id from enrolments where
  "enrolments"."course_id" = unhex(?, '-')) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = unhex(?, '-') left join enrolments on enrolments.user_id =
  learner.user_id and "enrolments"."course_id" = unhex(?, '-') order by sort_key asc nulls last,
  learner.user_id limit ?;
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  course_stats.last_completed_at as sort_key from (select user_id from course_stats where
  "course_stats"."course_id" = unhex(?, '-') union select user_id from enrolments where
  "enrolments"."course_id" = unhex(?, '-')) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = unhex(?, '-') left join enrolments on enrolments.user_id =
  learner.user_id and "enrolments"."course_id" = unhex(?, '-') where (course_stats.last_completed_at > ? or
  (course_stats.last_completed_at = ? and learner.user_id > unhex(?, '-')) or course_stats.last_completed_at
  is null) order by sort_key asc nulls last, learner.user_id limit ?;

-- listLearners: next page by progress
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  coalesce(studied_of_declared, 0) as sort_key from (select user_id, (select count(*) as studied_of_declared
  from studied_modules where studied_modules.user_id = "learner"."user_id" and studied_modules.course_id =
  unhex(?, '-') and +module_id in (select module_id from course_modules where course_modules.course_id =
  unhex(?, '-'))) as studied_of_declared from (select user_id from course_stats where
  "course_stats"."course_id" = unhex(?, '-') union select user_id from enrolments where
  "enrolments"."course_id" = unhex(?, '-')) as learner limit -1) as learner left join course_stats on
  course_stats.user_id = learner.user_id and "course_stats"."course_id" = unhex(?, '-') left join enrolments
  on enrolments.user_id = learner.user_id and "enrolments"."course_id" = unhex(?, '-') order by sort_key asc
  nulls last, learner.user_id limit ?;
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  coalesce(studied_of_declared, 0) as sort_key from (select user_id, (select count(*) as studied_of_declared
  from studied_modules where studied_modules.user_id = "learner"."user_id" and studied_modules.course_id =
  unhex(?, '-') and +module_id in (select module_id from course_modules where course_modules.course_id =
  unhex(?, '-'))) as studied_of_declared from (select user_id from course_stats where
  "course_stats"."course_id" = unhex(?, '-') union select user_id from enrolments where
  "enrolments"."course_id" = unhex(?, '-')) as learner limit -1) as learner left join course_stats on
  course_stats.user_id = learner.user_id and "course_stats"."course_id" = unhex(?, '-') left join enrolments
  on enrolments.user_id = learner.user_id and "enrolments"."course_id" = unhex(?, '-') where
  (coalesce(studied_of_declared, 0) > ? or (coalesce(studied_of_declared, 0) = ? and learner.user_id >
  unhex(?, '-')) or coalesce(studied_of_declared, 0) is null) order by sort_key asc nulls last,
  learner.user_id limit ?;

-- listLearners: next page by averageScore
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at", case
  when "course_stats"."scored_modules" > 0 and "course_stats"."scored_modules" <= 900719925474 and
  "course_stats"."weighted_score_units" <= 9007199254740991 then cast("course_stats"."weighted_score_units" as
  double precision) / ("course_stats"."scored_modules" * 10000) when "course_stats"."scored_modules" > 0 then
  nearest_quotient("course_stats"."weighted_score_units", "course_stats"."scored_modules", 10000) end as
  sort_key from (select user_id from course_stats where "course_stats"."course_id" = unhex(?, '-') union
  select user_id from enrolments where "enrolments"."course_id" = unhex(?, '-')) as learner left join
  course_stats on course_stats.user_id = learner.user_id and "course_stats"."course_id" = unhex(?, '-') left
  join enrolments on enrolments.user_id = learner.user_id and "enrolments"."course_id" = unhex(?, '-') order
  by sort_key asc nulls last, learner.user_id limit ?;
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at", case
  when "course_stats"."scored_modules" > 0 and "course_stats"."scored_modules" <= 900719925474 and
  "course_stats"."weighted_score_units" <= 9007199254740991 then cast("course_stats"."weighted_score_units" as
  double precision) / ("course_stats"."scored_modules" * 10000) when "course_stats"."scored_modules" > 0 then
  nearest_quotient("course_stats"."weighted_score_units", "course_stats"."scored_modules", 10000) end as
  sort_key from (select user_id from course_stats where "course_stats"."course_id" = unhex(?, '-') union
  select user_id from enrolments where "enrolments"."course_id" = unhex(?, '-')) as learner left join
  course_stats on course_stats.user_id = learner.user_id and "course_stats"."course_id" = unhex(?, '-') left
  join enrolments on enrolments.user_id = learner.user_id and "enrolments"."course_id" = unhex(?, '-') where
  (case when "course_stats"."scored_modules" > 0 and "course_stats"."scored_modules" <= 900719925474 and
  "course_stats"."weighted_score_units" <= 9007199254740991 then cast("course_stats"."weighted_score_units" as
  double precision) / ("course_stats"."scored_modules" * 10000) when "course_stats"."scored_modules" > 0 then
  nearest_quotient("course_stats"."weighted_score_units", "course_stats"."scored_modules", 10000) end > ? or
  (case when "course_stats"."scored_modules" > 0 and "course_stats"."scored_modules" <= 900719925474 and
  "course_stats"."weighted_score_units" <= 9007199254740991 then cast("course_stats"."weighted_score_units" as
  double precision) / ("course_stats"."scored_modules" * 10000) when "course_stats"."scored_modules" > 0 then
  nearest_quotient("course_stats"."weighted_score_units", "course_stats"."scored_modules", 10000) end = ? and
  learner.user_id > unhex(?, '-')) or case when "course_stats"."scored_modules" > 0 and
  "course_stats"."scored_modules" <= 900719925474 and "course_stats"."weighted_score_units" <=
  9007199254740991 then cast("course_stats"."weighted_score_units" as double precision) /
  ("course_stats"."scored_modules" * 10000) when "course_stats"."scored_modules" > 0 then
  nearest_quotient("course_stats"."weighted_score_units", "course_stats"."scored_modules", 10000) end is null)
  order by sort_key asc nulls last, learner.user_id limit ?;

-- listLearners: next page by timeStudied
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  coalesce(course_stats.time_studied, 0) as sort_key from (select user_id from course_stats where
  "course_stats"."course_id" = unhex(?, '-') union select user_id from enrolments where
  "enrolments"."course_id" = unhex(?, '-')) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = unhex(?, '-') left join enrolments on enrolments.user_id =
  learner.user_id and "enrolments"."course_id" = unhex(?, '-') order by sort_key asc nulls last,
  learner.user_id limit ?;
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  coalesce(course_stats.time_studied, 0) as sort_key from (select user_id from course_stats where
  "course_stats"."course_id" = unhex(?, '-') union select user_id from enrolments where
  "enrolments"."course_id" = unhex(?, '-')) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = unhex(?, '-') left join enrolments on enrolments.user_id =
  learner.user_id and "enrolments"."course_id" = unhex(?, '-') where (coalesce(course_stats.time_studied, 0) >
  ? or (coalesce(course_stats.time_studied, 0) = ? and learner.user_id > unhex(?, '-')) or
  coalesce(course_stats.time_studied, 0) is null) order by sort_key asc nulls last, learner.user_id limit ?;

-- listLearners: next page by sessionCount
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  coalesce(course_stats.session_count, 0) as sort_key from (select user_id from course_stats where
  "course_stats"."course_id" = unhex(?, '-') union select user_id from enrolments where
  "enrolments"."course_id" = unhex(?, '-')) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = unhex(?, '-') left join enrolments on enrolments.user_id =
  learner.user_id and "enrolments"."course_id" = unhex(?, '-') order by sort_key asc nulls last,
  learner.user_id limit ?;
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  coalesce(course_stats.session_count, 0) as sort_key from (select user_id from course_stats where
  "course_stats"."course_id" = unhex(?, '-') union select user_id from enrolments where
  "enrolments"."course_id" = unhex(?, '-')) as learner left join course_stats on course_stats.user_id =
  learner.user_id and "course_stats"."course_id" = unhex(?, '-') left join enrolments on enrolments.user_id =
  learner.user_id and "enrolments"."course_id" = unhex(?, '-') where (coalesce(course_stats.session_count, 0)
  > ? or (coalesce(course_stats.session_count, 0) = ? and learner.user_id > unhex(?, '-')) or
  coalesce(course_stats.session_count, 0) is null) order by sort_key asc nulls last, learner.user_id limit ?;

-- listLearners: filters
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at",
  learner.user_id as sort_key from (select user_id, (select count(*) as studied_of_declared from
  studied_modules where studied_modules.user_id = "learner"."user_id" and studied_modules.course_id = unhex(?,
  '-') and +module_id in (select module_id from course_modules where course_modules.course_id = unhex(?,
  '-'))) as studied_of_declared from (select user_id from course_stats where "course_stats"."course_id" =
  unhex(?, '-') union select user_id from enrolments where "enrolments"."course_id" = unhex(?, '-')) as
  learner limit -1) as learner left join course_stats on course_stats.user_id = learner.user_id and
  "course_stats"."course_id" = unhex(?, '-') left join enrolments on enrolments.user_id = learner.user_id and
  "enrolments"."course_id" = unhex(?, '-') where (course_stats.user_id is not null and not studied_of_declared
  = ? and course_stats.last_completed_at < ?) and instr(';' || enrolments.group_names || ';', ?) > 0 and
  (substr(enrolments.folded_name, 1, ?) = ? or learner.user_id between unhex(?, '-') and unhex(?, '-')) order
  by learner.user_id asc limit ?;

-- getLearner
select "learner"."user_id", "enrolments"."display_name", "enrolments"."group_names", enrolments.created_at as
  enrolled_at, "course_stats"."session_count", "course_stats"."total_modules_studied",
  "course_stats"."scored_modules", cast(course_stats.weighted_score_units as text) as "weighted_score_units",
  "course_stats"."time_studied", "course_stats"."first_completed_at", "course_stats"."last_completed_at" from
  (select user_id from course_stats where "course_stats"."course_id" = unhex(?, '-') and
  "course_stats"."user_id" = unhex(?, '-') union select user_id from enrolments where "enrolments"."course_id"
  = unhex(?, '-') and "enrolments"."user_id" = unhex(?, '-')) as learner left join course_stats on
  course_stats.user_id = learner.user_id and "course_stats"."course_id" = unhex(?, '-') and
  "course_stats"."user_id" = unhex(?, '-') left join enrolments on enrolments.user_id = learner.user_id and
  "enrolments"."course_id" = unhex(?, '-') and "enrolments"."user_id" = unhex(?, '-');

-- getSummary
select count(*) as studied, count(case when "course_stats"."scored_modules" > 0 and
  "course_stats"."scored_modules" <= 900719925474 and "course_stats"."weighted_score_units" <=
  9007199254740991 then cast("course_stats"."weighted_score_units" as double precision) /
  ("course_stats"."scored_modules" * 10000) when "course_stats"."scored_modules" > 0 then
  nearest_quotient("course_stats"."weighted_score_units", "course_stats"."scored_modules", 10000) end) as
  scored, cast(coalesce(sum(session_count), 0) as bigint) as session_count,
  coalesce(cast(sum("total_modules_studied" % 4294967296) as text) || ':' || cast(sum("total_modules_studied"
  / 4294967296) as text), '0') as "total_modules_studied", coalesce(cast(sum("scored_modules" % 4294967296) as
  text) || ':' || cast(sum("scored_modules" / 4294967296) as text), '0') as "scored_modules",
  coalesce(cast(sum("weighted_score_units" % 4294967296) as text) || ':' || cast(sum("weighted_score_units" /
  4294967296) as text), '0') as "weighted_score_units", coalesce(cast(sum("time_studied" % 4294967296) as
  text) || ':' || cast(sum("time_studied" / 4294967296) as text), '0') as "time_studied",
  min(first_completed_at) as first_completed_at, max(last_completed_at) as last_completed_at, quartiles(case
  when "course_stats"."scored_modules" > 0 and "course_stats"."scored_modules" <= 900719925474 and
  "course_stats"."weighted_score_units" <= 9007199254740991 then cast("course_stats"."weighted_score_units" as
  double precision) / ("course_stats"."scored_modules" * 10000) when "course_stats"."scored_modules" > 0 then
  nearest_quotient("course_stats"."weighted_score_units", "course_stats"."scored_modules", 10000) end) as
  average_scores, quartiles("time_studied") as times, quartiles("session_count") as session_counts from
  course_stats where course_id = unhex(?, '-');
select coalesce(studied_of_declared, 0) as studied_of_declared, count(*) as learners,
  count(enrolments.user_id) as enrolled, count(*) filter (where course_stats.user_id is null) as
  "not-started", count(*) filter (where (course_stats.user_id is not null and not studied_of_declared = ? and
  not course_stats.last_completed_at < ?)) as "active", count(*) filter (where (course_stats.user_id is not
  null and not studied_of_declared = ? and course_stats.last_completed_at < ?)) as "inactive", count(*) filter
  (where (course_stats.user_id is not null and studied_of_declared = ?)) as "completed" from (select user_id,
  (select count(*) as studied_of_declared from studied_modules where studied_modules.user_id =
  "learner"."user_id" and studied_modules.course_id = unhex(?, '-') and +module_id in (select module_id from
  course_modules where course_modules.course_id = unhex(?, '-'))) as studied_of_declared from (select user_id
  from course_stats where "course_stats"."course_id" = unhex(?, '-') union select user_id from enrolments
  where "enrolments"."course_id" = unhex(?, '-')) as learner limit -1) as learner left join course_stats on
  course_stats.user_id = learner.user_id and "course_stats"."course_id" = unhex(?, '-') left join enrolments
  on enrolments.user_id = learner.user_id and "enrolments"."course_id" = unhex(?, '-') group by 1;
select value ->> 0 as module_id, value ->> 1 as learners from ( select module_counts(';', ?, ( select
  group_concat(module_id, ';') from studied_modules where studied_modules.user_id = course_stats.user_id and
  studied_modules.course_id = unhex(?, '-'))) as counts from course_stats where course_id = unhex(?, '-') )
  join json_each(counts);

-- getCourseActivity
select min("first_completed_at") as "first_at", max("last_completed_at") as "last_at" from "course_stats"
  where "course_id" = unhex(?, '-');
with summed as materialized ( select interval_sums(number, 0, total_modules_studied, average_score_units,
  time_studied) as intervals from (select user_id, row_number() over () as number from course_stats where
  course_id = unhex(?, '-')) as learner join study_sessions on study_sessions.user_id = learner.user_id and
  study_sessions.course_id = unhex(?, '-') ) select value ->> 'position' as "position", value ->>
  'active_learners' as "active_learners", value ->> 'session_count' as "session_count", value ->>
  'total_modules_studied' as "total_modules_studied", value ->> 'scored_modules' as "scored_modules", value
  ->> 'weighted_score_units' as "weighted_score_units", value ->> 'time_studied' as "time_studied" from summed
  join json_each(summed.intervals);
select 0 as position, count(*) as learners from course_stats where course_id = unhex(?, '-') group by 1;

-- getCourseActivity: range
with summed as materialized ( select interval_sums(number, 0, total_modules_studied, average_score_units,
  time_studied) as intervals from (select user_id, row_number() over () as number from course_stats where
  course_id = unhex(?, '-')) as learner join study_sessions on study_sessions.user_id = learner.user_id and
  study_sessions.course_id = unhex(?, '-') and completed_at >= ? and completed_at < ?) select value ->>
  'position' as "position", value ->> 'active_learners' as "active_learners", value ->> 'session_count' as
  "session_count", value ->> 'total_modules_studied' as "total_modules_studied", value ->> 'scored_modules' as
  "scored_modules", value ->> 'weighted_score_units' as "weighted_score_units", value ->> 'time_studied' as
  "time_studied" from summed join json_each(summed.intervals);
select 0 as position, count(*) as learners from course_stats where course_id = unhex(?, '-') and
  first_completed_at >= ? and first_completed_at < ? group by 1;

-- listStudiedCourses
select "course_stats"."course_id", "courses"."name", "course_stats"."session_count",
  "course_stats"."total_modules_studied", "course_stats"."scored_modules",
  cast(course_stats.weighted_score_units as text) as "weighted_score_units", "course_stats"."time_studied",
  "course_stats"."first_completed_at", "course_stats"."last_completed_at", ( select count(*) from
  studied_modules where studied_modules.user_id = unhex(?, '-') and studied_modules.course_id =
  course_stats.course_id) as "studied", ( select count(*) from course_modules where course_modules.course_id =
  courses.course_id) as "declared", ( select count(*) from course_modules join studied_modules on
  studied_modules.course_id = course_modules.course_id and studied_modules.module_id =
  course_modules.module_id where studied_modules.user_id = unhex(?, '-') and course_modules.course_id =
  course_stats.course_id) as "studiedOfDeclared" from "course_stats" inner join "courses" on
  "courses"."course_id" = "course_stats"."course_id" where "course_stats"."user_id" = unhex(?, '-') and
  "courses"."name" > ? order by "courses"."name" limit ?;

-- keys.create
select "course_id" from "courses" where "course_id" in (unhex(?, '-'));
insert into "api_keys" ("key_id", "name", "secret_hash", "scopes", "course_ids", "expires_at", "last_used_at",
  "revoked_at", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- keys.list
select "key_id", "name", "scopes", "course_ids", "created_at", "expires_at", "last_used_at", "revoked_at" from
  "api_keys" order by "created_at", "key_id";

-- keys.find
select "key_id", "name", "scopes", "course_ids", "created_at", "expires_at", "last_used_at", "revoked_at",
  "secret_hash" from "api_keys" where "key_id" = ?;

-- keys.touch
update "api_keys" set "last_used_at" = ? where "key_id" = ? and ("last_used_at" is null or "last_used_at" <
  ?);

-- keys.revoke
update "api_keys" set "revoked_at" = ?, "updated_at" = ? where "key_id" = ? and "revoked_at" is null;
select "key_id", "name", "scopes", "course_ids", "created_at", "expires_at", "last_used_at", "revoked_at" from
  "api_keys" where "key_id" = ?;

-- ready

-- export
select 1 from sqlite_master;
select "user_id", "course_id", "session_id", "total_modules_studied", "time_studied", "average_score_units",
  "completed_at", "module_ids" from "study_sessions" order by "user_id", "course_id", "session_id" limit ?;

-- export: enrolments
select "user_id", "course_id", "display_name", "group_names" from "enrolments" order by "user_id", "course_id"
  limit ?;

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
  cast("expected_time_studied" as text) as "expected_time_studied", case when "stored_first_completed_at"
  between 0 and 253402300799999 then strftime('%Y-%m-%dT%H:%M:%fZ', "stored_first_completed_at" / 1000.0,
  'unixepoch') else cast("stored_first_completed_at" as text) end as "stored_first_completed_at", case when
  "expected_first_completed_at" between 0 and 253402300799999 then strftime('%Y-%m-%dT%H:%M:%fZ',
  "expected_first_completed_at" / 1000.0, 'unixepoch') else cast("expected_first_completed_at" as text) end as
  "expected_first_completed_at", case when "stored_last_completed_at" between 0 and 253402300799999 then
  strftime('%Y-%m-%dT%H:%M:%fZ', "stored_last_completed_at" / 1000.0, 'unixepoch') else
  cast("stored_last_completed_at" as text) end as "stored_last_completed_at", case when
  "expected_last_completed_at" between 0 and 253402300799999 then strftime('%Y-%m-%dT%H:%M:%fZ',
  "expected_last_completed_at" / 1000.0, 'unixepoch') else cast("expected_last_completed_at" as text) end as
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
  (sum((total_modules_studied) / 4294967296) * 4294967296 + sum((total_modules_studied) % 4294967296)) as
  "total_modules_studied", (sum((case when average_score_units is null then 0 else total_modules_studied end)
  / 4294967296) * 4294967296 + sum((case when average_score_units is null then 0 else total_modules_studied
  end) % 4294967296)) as "scored_modules", (sum((coalesce(average_score_units * total_modules_studied, 0)) /
  4294967296) * 4294967296 + sum((coalesce(average_score_units * total_modules_studied, 0)) % 4294967296)) as
  "weighted_score_units", (sum((time_studied) / 4294967296) * 4294967296 + sum((time_studied) % 4294967296))
  as "time_studied", min(completed_at) as "first_completed_at", max(completed_at) as "last_completed_at" from
  study_sessions where 1 = 1 group by user_id, course_id) as summed) as rows_of_both group by user_id,
  course_id) as merged where "stored_session_count" is distinct from "expected_session_count" or
  "stored_total_modules_studied" is distinct from "expected_total_modules_studied" or "stored_scored_modules"
  is distinct from "expected_scored_modules" or "stored_weighted_score_units" is distinct from
  "expected_weighted_score_units" or "stored_time_studied" is distinct from "expected_time_studied" or
  "stored_first_completed_at" is distinct from "expected_first_completed_at" or "stored_last_completed_at" is
  distinct from "expected_last_completed_at" order by 1, 2;
select user_id, course_id, module_id, cast(stored as text) as stored, cast(expected as text) as expected from
  ( select user_id, course_id, module_id, max(stored) as stored, max(expected) as expected from ( select
  user_id, course_id, module_id, session_count as stored, null as expected from studied_modules where 1 = 1
  union all select user_id, course_id, module_id, null, session_count from ( select user_id, course_id,
  module.value as module_id, count(distinct session_id) as session_count from study_sessions cross join
  json_each('[' || replace(json_quote(module_ids), ';', '","') || ']') as module where module_ids <> '' and 1
  = 1 group by user_id, course_id, module.value) as counted) as rows_of_both group by user_id, course_id,
  module_id) as merged where stored is distinct from expected and 1 = 1 order by user_id, course_id, module_id
  limit 5000;
select user_id, course_id, session_id, case when length("user_id") <> 16 then
  substr(cast(lower(hex("user_id")) as text), 1, 200) end as "broken_0", case when length("course_id") <> 16
  then substr(cast(lower(hex("course_id")) as text), 1, 200) end as "broken_1", case when length("session_id")
  <> 16 then substr(cast(lower(hex("session_id")) as text), 1, 200) end as "broken_2", case when not exists
  (select 1 from courses where courses.course_id = study_sessions.course_id) then
  substr(cast(lower(hex("course_id")) as text), 1, 200) end as "broken_3", case when total_modules_studied not
  between 0 and 100000 then substr(cast(total_modules_studied as text), 1, 200) end as "broken_4", case when
  average_score_units not between 0 and 10000000000 then substr(cast(average_score_units as text), 1, 200) end
  as "broken_5", case when time_studied not between 0 and 1000000000 then substr(cast(time_studied as text),
  1, 200) end as "broken_6", case when completed_at not between 0 and 253402300799999 then substr(cast(case
  when completed_at between 0 and 253402300799999 then strftime('%Y-%m-%dT%H:%M:%fZ', completed_at / 1000.0,
  'unixepoch') else cast(completed_at as text) end as text), 1, 200) end as "broken_7", case when module_ids
  <> '' and (module_ids glob '*[^!-~]*' or (select count(*) > 1000 or min(length(id)) < 1 or max(length(id)) >
  128 from (select module.value as id from json_each('[' || replace(json_quote(module_ids), ';', '","') ||
  ']') as module) as split) or module_ids <> (select string_agg(id, ';' order by id) from ( select distinct
  module.value as id from json_each('[' || replace(json_quote(module_ids), ';', '","') || ']') as module) as
  split)) then substr(cast(module_ids as text), 1, 200) end as "broken_8" from study_sessions where 1 = 1 and
  1 = 1 and (length("user_id") <> 16 or length("course_id") <> 16 or length("session_id") <> 16 or not exists
  (select 1 from courses where courses.course_id = study_sessions.course_id) or total_modules_studied not
  between 0 and 100000 or average_score_units not between 0 and 10000000000 or time_studied not between 0 and
  1000000000 or completed_at not between 0 and 253402300799999 or module_ids <> '' and (module_ids glob
  '*[^!-~]*' or (select count(*) > 1000 or min(length(id)) < 1 or max(length(id)) > 128 from (select
  module.value as id from json_each('[' || replace(json_quote(module_ids), ';', '","') || ']') as module) as
  split) or module_ids <> (select string_agg(id, ';' order by id) from ( select distinct module.value as id
  from json_each('[' || replace(json_quote(module_ids), ';', '","') || ']') as module) as split))) order by
  user_id, course_id, session_id limit 1000;

-- doctor
select sqlite_version();
select journal_mode from pragma_journal_mode;
select synchronous from pragma_synchronous;
select integrity_check from pragma_integrity_check;
select cast(count(*) as text) from pragma_foreign_key_check;

-- verify --rebuild
delete from studied_modules where user_id = unhex(?, '-') and course_id = unhex(?, '-') and module_id not in (
  select module_id from ( select user_id, course_id, module.value as module_id, count(distinct session_id) as
  session_count from study_sessions cross join json_each('[' || replace(json_quote(module_ids), ';', '","') ||
  ']') as module where module_ids <> '' and user_id = unhex(?, '-') and course_id = unhex(?, '-') group by
  user_id, course_id, module.value) as counted);
insert into studied_modules ("user_id", "course_id", "module_id", "session_count", "created_at", "updated_at")
  select user_id, course_id, module_id, session_count, ?, ? from ( select user_id, course_id, module.value as
  module_id, count(distinct session_id) as session_count from study_sessions cross join json_each('[' ||
  replace(json_quote(module_ids), ';', '","') || ']') as module where module_ids <> '' and user_id = unhex(?,
  '-') and course_id = unhex(?, '-') group by user_id, course_id, module.value) as counted where session_count
  > 0 order by module_id on conflict (user_id, course_id, module_id) do update set session_count =
  excluded.session_count, updated_at = excluded.updated_at where studied_modules.session_count <>
  excluded.session_count;
insert into course_stats ("user_id", "course_id", "session_count", "total_modules_studied", "scored_modules",
  "weighted_score_units", "time_studied", "first_completed_at", "last_completed_at", "created_at",
  "updated_at") select user_id, course_id, "session_count", "total_modules_studied", "scored_modules",
  "weighted_score_units", "time_studied", "first_completed_at", "last_completed_at", ?, ? from (select
  user_id, course_id, count(*) as "session_count", (sum((total_modules_studied) / 4294967296) * 4294967296 +
  sum((total_modules_studied) % 4294967296)) as "total_modules_studied", (sum((case when average_score_units
  is null then 0 else total_modules_studied end) / 4294967296) * 4294967296 + sum((case when
  average_score_units is null then 0 else total_modules_studied end) % 4294967296)) as "scored_modules",
  (sum((coalesce(average_score_units * total_modules_studied, 0)) / 4294967296) * 4294967296 +
  sum((coalesce(average_score_units * total_modules_studied, 0)) % 4294967296)) as "weighted_score_units",
  (sum((time_studied) / 4294967296) * 4294967296 + sum((time_studied) % 4294967296)) as "time_studied",
  min(completed_at) as "first_completed_at", max(completed_at) as "last_completed_at" from study_sessions
  where user_id = unhex(?, '-') and course_id = unhex(?, '-') group by user_id, course_id) as summed where
  session_count > 0 on conflict (user_id, course_id) do update set "session_count" =
  "excluded"."session_count", "total_modules_studied" = "excluded"."total_modules_studied", "scored_modules" =
  "excluded"."scored_modules", "weighted_score_units" = "excluded"."weighted_score_units", "time_studied" =
  "excluded"."time_studied", "first_completed_at" = "excluded"."first_completed_at", "last_completed_at" =
  "excluded"."last_completed_at", updated_at = excluded.updated_at where "course_stats"."session_count" <>
  "excluded"."session_count" or "course_stats"."total_modules_studied" <> "excluded"."total_modules_studied"
  or "course_stats"."scored_modules" <> "excluded"."scored_modules" or "course_stats"."weighted_score_units"
  <> "excluded"."weighted_score_units" or "course_stats"."time_studied" <> "excluded"."time_studied" or
  "course_stats"."first_completed_at" <> "excluded"."first_completed_at" or "course_stats"."last_completed_at"
  <> "excluded"."last_completed_at";
delete from course_stats where user_id = unhex(?, '-') and course_id = unhex(?, '-') and not exists (select 1
  from study_sessions where user_id = unhex(?, '-') and course_id = unhex(?, '-'));

-- deleteCourse
select "user_id" from "course_stats" where "course_id" = unhex(?, '-') limit ?;
delete from "course_modules" where "course_id" = unhex(?, '-');
delete from "courses" where "course_id" = unhex(?, '-');

-- eraseUser
select "course_id" from "course_stats" where "user_id" = unhex(?, '-') order by "course_id";
select course_id from study_sessions where user_id = unhex(?, '-') and course_id not in (select course_id from
  course_stats where user_id = unhex(?, '-')) union select course_id from studied_modules where user_id =
  unhex(?, '-') and course_id not in (select course_id from course_stats where user_id = unhex(?, '-'));
delete from "study_sessions" where "user_id" = unhex(?, '-') and "course_id" in (unhex(?, '-'));
delete from "studied_modules" where "user_id" = unhex(?, '-') and "course_id" in (unhex(?, '-'));
delete from "course_stats" where "user_id" = unhex(?, '-') and "course_id" in (unhex(?, '-'));
delete from "enrolments" where "user_id" = unhex(?, '-');
