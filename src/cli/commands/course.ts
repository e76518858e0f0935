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
    .requiredOption('--name <name>', 'the name of the course, which must be unique')
    .option('--course <id>', 'the id of the course (default: a new one)')
    .option('--module-ids <id...>', 'the ids of its modules (default: none)')
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
    .option('--module-ids <id...>', 'the ids of its modules (default: none)')
    .option('--json', 'print one JSON document')
    .action(async (options: CourseOptions) => {
      const { course: courseId, name, moduleIds } = options;
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

  addPageOptions(addTargetOptions(course.command('list')))
    .description('list the courses by name')
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
