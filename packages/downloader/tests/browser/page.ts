// What the page under test runs: the package as a bundler takes it for browsers, within reach of the tests.
import { createDownloader, openUrl } from '@mlxengine/downloader';

Object.assign(globalThis, { createDownloader, openUrl });
