import { accessSync, constants } from 'node:fs';
import { delimiter } from 'node:path';
import { childEnvironment, pathName } from './child-environment.mjs';
import { executableIn } from './paths.mjs';

/** Whether children of the set-up find this program. */
export function isOnPath(name) {
  const environment = childEnvironment();
  return environment[pathName(environment)].split(delimiter).some((folder) => isExecutable(executableIn(folder, name)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
