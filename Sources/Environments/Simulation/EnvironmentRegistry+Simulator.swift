import CMuJoCo

extension EnvironmentRegistry {
    /// The version of the MuJoCo library in use, "2.2.2".
    package static var simulatorVersion: String { String(cString: mj_versionString()) }
}
