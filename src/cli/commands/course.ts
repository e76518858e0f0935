import type { Command } from 'commander';
import {
  describeDatabase,
  purgeCourse,
  toCourseId,
  type Course,
  type PurgedCourse,
} from '../../core/index.js';
import { askToConfirm, interruptible, type Io } from '../io.js';
import {
  addPageOptions,
  count,
  writeFields,
  writeJson,
  writeLine,
  writePages,
  type PageOptions,
} from '../output.js';
import { parseModuleIds } from '../settings.js';
import { addTargetOptions, ownDatabaseUrl, withStats, type TargetOptions } from '../target.js';
import { courseFields, COURSES } from '../views.js';

interface CourseOptions extends TargetOptions {
  readonly course?: string;
  readonly name?: string;
  /** False for `--no-module-ids`. */
  readonly moduleIds?: readonly string[] | false;
  readonly json?: boolean;
}

interface DeleteOptions extends TargetOptions {
  readonly course: string;
  readonly withSessions?: boolean;
  readonly yes?: boolean;
}

export function addCourse(program: Command, io: Io): void {
  const course = program.command('course').description('create, replace, list, show and delete courses');

  addTargetOptions(course.command('add'))
    .description('create a course')
    .requiredOption('--name <name>', 'the name of the course, which must be unique')
    .option('--course <id>', 'the id of the course (default: a new one)')
    .option('--module-ids <id...>', 'the ids of its modules (default: none)', parseModuleIds)
    .option('--json', 'print one JSON document')
    .action(async (options: CourseOptions) => {
      const { course: courseId, name, moduleIds } = options;
      await withStats(io, options, 'create', async ({ untyped: stats }) => {
        writeCourse(io, options, await stats.addCourse({ course: { courseId, name, moduleIds } }));
      });
    });

  addTargetOptions(course.command('set'))
    .description('create or replace a course')
    .requiredOption('--course <id>', 'the id of the course')
    .requiredOption('--name <name>', 'the name of the course, which must be unique')
    .option('--module-ids <id...>', 'the ids of its modules (default: unchanged)', parseModuleIds)
    .option('--no-module-ids', 'remove all modules')
    .option('--json', 'print one JSON document')
    .action(async (options: CourseOptions) => {
      const { course: courseId, name } = options;
      const moduleIds = options.moduleIds === false ? null : options.moduleIds;
      await withStats(io, options, 'create', async ({ untyped: stats }) => {
        const result = await stats.setCourse({ courseId, course: { name, moduleIds } });
        writeLine(io.stderr, result.outcome === 'created' ? 'Created.' : 'Replaced.');
        writeCourse(io, options, result.course);
      });
    });

  addTargetOptions(course.command('show'))
    .description('show a course')
    .requiredOption('--course <id>', 'the id of the course')
    .option('--json', 'print one JSON document')
    .action(async (options: CourseOptions) => {
      await withStats(io, options, 'read', async ({ untyped: stats }) => {
        writeCourse(io, options, await stats.getCourse({ courseId: options.course }));
      });
    });

  addTargetOptions(course.command('delete'))
    .description('delete a course')
    .requiredOption('--course <id>', 'the id of the course')
    .option('--with-sessions', 'delete all sessions of the course too, after a question; not with --server')
    .option('--yes', 'with --with-sessions: delete without asking')
    .action((options: DeleteOptions) => deleteCourse(io, options));

  addPageOptions(addTargetOptions(course.command('list')))
    .description('list the courses by name')
    .action(async (options: TargetOptions & PageOptions) => {
      await withStats(io, options, 'read', async ({ untyped: stats }) => {
        await writePages(io, options, (page) => stats.listCourses(page), COURSES);
      });
    });
}

async function deleteCourse(io: Io, options: DeleteOptions): Promise<void> {
  const courseId = toCourseId(options.course);
  if (!options.withSessions) {
    await withStats(io, options, 'change', (stats) => stats.deleteCourse({ courseId }));
    writeLine(io.stderr, 'Deleted.');
    return;
  }
  const database = ownDatabaseUrl(io, options, 'course delete --with-sessions');
  const confirm = async ({ name, sessions, learners }: PurgedCourse) => {
    const found = `${count(sessions, 'session')} of ${count(learners, 'learner')}`;
    const question = `Permanently delete course ${JSON.stringify(name)} (${courseId}) with ${found} on ${describeDatabase(database)}?`;
    return askToConfirm(io, 'course delete', question);
  };
  const work = purgeCourse({ database, courseId, ...(!options.yes && { confirm }) });
  const deleted = await interruptible(io.signal, work);
  if (!deleted) throw new Error('Nothing was deleted.');
  writeLine(io.stderr, `Deleted with ${count(deleted.sessionsDeleted, 'session')}.`);
}

function writeCourse(io: Io, { json }: CourseOptions, course: Course): void {
  if (json) writeJson(io.stdout, course);
  else writeFields(io.stdout, courseFields(course));
}
