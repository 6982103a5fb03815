/** Reports of sanitizers that concern the addon's own code: those with one of its frames. */
export function findings(log) {
  const reports = log.split(/^(?==+\d+==ERROR|Direct leak|Indirect leak|.*: runtime error: )/m);
  return reports.filter(isOwn).map((report) => report.trim());
}

function isOwn(report) {
  if (!/^(?:=+\d+==ERROR: AddressSanitizer|Direct leak|Indirect leak|.*: runtime error: )/.test(report)) return false;
  return /mlxengine\.node|packages\/native-mlx\/native\/|\/native\/(?:addon|executor|generation|graph|loader|runtime|weights)\//.test(report);
}
