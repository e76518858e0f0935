export { assetResponse } from './assets.js';
export { coursePage } from './course.js';
export { coursesPage } from './courses.js';
export { homePage } from './home.js';
export { learnerPage, myCoursePage } from './learner.js';
export { myLearningPage } from './my-learning.js';
export { problemPage } from './problem-page.js';
export { rosterFile } from './roster-file.js';
export { linkPage, redirect, reloadPage, signInPage, signInRedirect } from './sign-in.js';
