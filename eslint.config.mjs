import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import { importDirection } from './config/eslint/import-direction.mjs';

const noDefaultExport = { selector: 'ExportDefaultDeclaration', message: 'Export by name; only configuration files have a default export.' };
const noExportAll = { selector: 'ExportAllDeclaration', message: 'Name what is exported.' };
const noBareError = {
  selector: 'ThrowStatement > NewExpression[callee.name=/^(Error|TypeError|RangeError)$/]',
  message: 'Throw a typed error of @mlxengine/core.',
};

export default defineConfig(
  { ignores: ['packages/*/dist/', 'packages/*/build/', 'examples/*/dist/', 'packages/*/src/generated/', '.toolchain/', 'reports/', '**/.cache/', 'docs/api/', 'packages/fallback/assembly/'] },
  eslint.configs.recommended,
  // Control characters are what validation and terminals are about; a stream may end or fail before its first part.
  { rules: { 'no-control-regex': 'off', 'require-yield': 'off' } },
  { files: ['**/*.ts'], extends: [tseslint.configs.recommended] },
  {
    files: ['packages/*/{src,tests}/**/*.ts', 'examples/**/*.ts', 'tests/**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // What implements an async contract need not wait for anything.
      '@typescript-eslint/require-await': 'off',
      // Contracts are objects of functions here, and are taken apart on purpose.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['packages/*/src/**/*.ts', 'examples/**/*.ts'],
    plugins: { mlxengine: { rules: { 'import-direction': importDirection } } },
    rules: {
      'mlxengine/import-direction': 'error',
      'no-restricted-syntax': ['error', noDefaultExport, noExportAll, noBareError],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.test.ts', '{tests,packages/*/tests,examples}/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', noDefaultExport, noExportAll],
      'no-console': 'off',
      // Tests do on purpose what nobody should.
      'no-shadow-restricted-names': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: globals.node },
  },
);
