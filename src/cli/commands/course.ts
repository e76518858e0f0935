import type { Command } from 'commander';
import type { Course } from '../../core/index.js';
import type { Io } from '../io.js';
import {
  addPageOptions,
  writeFields,
  writeJson,
  writeLine,
  writePages,
  type PageOptions,
} from '../output.js';
import { addTargetOptions, withStats, type TargetOptions } from '../target.js';
import { COURSE_HEADING, courseFields, courseRow } from '../views.js';

interface CourseOptions extends TargetOptions {
  readonly course?: string;
  readonly name?: string;
  readonly moduleIds?: readonly string[];
  readonly json?: boolean;
}

export function addCourse(program: Command, io: Io): void {
  const course = program.command('course').description('create, replace, list and show courses');

  addTargetOptions(course.command('add'))
    .description('create a course')
    .requiredOption('--name <name>', 'its name, unique among the courses')
    .option('--course <id>', 'its id (default: a new one)')
    .option('--module-ids <id...>', 'the modules that it declares (default: none)')
    .option('--json', 'one JSON document')
    .action(async (options: CourseOptions) => {
      const { course: courseId, name, moduleIds } = options;
      await withStats(io, options, 'create', async ({ untyped: stats }) => {
        writeCourse(io, options, await stats.addCourse({ course: { courseId, name, moduleIds } }));
      });
    });

  addTargetOptions(course.command('set'))
    .description('create or replace a course')
    .requiredOption('--course <id>', 'its id')
    .requiredOption('--name <name>', 'its name, unique among the courses')
    .option('--module-ids <id...>', 'the modules that it declares (default: none)')
    .option('--json', 'one JSON document')
    .action(async (options: CourseOptions) => {
      const { course: courseId, name, moduleIds } = options;
      await withStats(io, options, 'create', async ({ untyped: stats }) => {
        const result = await stats.setCourse({ courseId, course: { name, moduleIds } });
        writeLine(io.stderr, result.outcome === 'created' ? 'Created.' : 'Replaced.');
        writeCourse(io, options, result.course);
      });
    });

  addTargetOptions(course.command('show'))
    .description('one course')
    .requiredOption('--course <id>', 'its id')
    .option('--json', 'one JSON document')
    .action(async (options: CourseOptions) => {
      await withStats(io, options, 'read', async ({ untyped: stats }) => {
        writeCourse(io, options, await stats.getCourse({ courseId: options.course }));
      });
    });

  addPageOptions(addTargetOptions(course.command('list')))
    .description('the courses by name')
    .action(async (options: TargetOptions & PageOptions) => {
      await withStats(io, options, 'read', async ({ untyped: stats }) => {
        await writePages(io, options, (page) => stats.listCourses(page), COURSE_HEADING, courseRow);
      });
    });
}

function writeCourse(io: Io, { json }: CourseOptions, course: Course): void {
  if (json) writeJson(io.stdout, course);
  else writeFields(io.stdout, courseFields(course));
}
