import Glibc
import Paths

/// The kitchen's model: MJCF, meshes and textures of the wheel d4rl 1.1 (Apache-2.0), which `jobs/setup.sh --kitchen`
/// unpacks.
///
/// They are in the folder "kitchen" of $ACTIVE_BENCH_CACHE, or of $XDG_CACHE_HOME/active-bench (by default in ~/.cache).
/// Nothing is written there, so any number of ranks may read them at once.
package struct KitchenAssets: Equatable, Sendable {
    /// The folder of the assets.
    package let folder: String

    /// Uses the assets in `folder`.
    package init(folder: String) { self.folder = folder }

    /// Uses the folder that this process's environment variables name.
    package init() {
        self.init(environment: { PathBytes.environmentVariable($0) })
    }

    /// Uses the folder that the variables of `environment` name; an empty variable counts as unset.
    package init(environment: (String) -> String?) {
        func value(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
        let cache = value("ACTIVE_BENCH_CACHE")
        let shared = value("XDG_CACHE_HOME") ?? (value("HOME") ?? ".") + "/.cache"
        folder = (cache ?? shared + "/active-bench") + "/kitchen"
    }

    /// Loads the model.
    ///
    /// - Parameters:
    ///   - name: the environment's name, for errors.
    ///   - visuals: whether to keep the visual geoms, which drawing needs and the physics do not.
    ///   - shortcuts: whether to omit collision tests that cannot find a contact, which changes no bit of a simulation:
    ///     those of geoms whose bounding boxes do not overlap, and of furniture with furniture.
    /// - Throws: `EnvironmentError.missingAssets`, `.damagedAssets` or `.libraryMismatch`.
    package func simulation(name: String, visuals: Bool = false, shortcuts: Bool = true) throws -> MuJoCoSimulation {
        let home = folder + "/adept_envs/franka/assets"
        guard access("\(home)/\(Self.model)", R_OK) == 0 else {
            throw EnvironmentError.missingAssets(environment: name, folder: folder)
        }
        do {
            return try MuJoCoSimulation(
                name: name, model: Self.text(visuals: visuals, shortcuts: shortcuts), folder: home,
                testsBoxesFirst: shortcuts)
        } catch EnvironmentError.simulator(_, _, let text) {
            throw EnvironmentError.damagedAssets(environment: name, folder: folder, text: text)
        }
    }

    private static let model = "franka_kitchen_jntpos_act_ab.xml"

    /// Returns MJCF text, kept in memory only, that includes the published model unchanged.
    private static func text(visuals: Bool, shortcuts: Bool) -> String {
        """
        <mujoco>
        <compiler discardvisual="\(!visuals)"/>
        <include file="\(model)"/>
        <contact>\(shortcuts ? exclusions : "")</contact>
        </mujoco>
        """
    }

    /// Pairs of bodies whose geoms cannot collide by their bitmasks: furniture has conaffinity 1 and contype 0, fingers the
    /// reverse. With the pairs excluded, MuJoCo does not test their 1,500 pairs of geoms at every step.
    private static let exclusions: String = {
        let pairs = furniture.indices.flatMap { i in furniture[(i + 1)...].map { (furniture[i], $0) } }
        return (pairs + [("panda0_leftfinger", "panda0_rightfinger")])
            .map { #"<exclude body1="\#($0)" body2="\#($1)"/>"# }.joined()
    }()

    private static let furniture = [
        "counters", "ovenroot", "knob 1", "knob 2", "knob 3", "knob 4", "hoodroot", "lightswitchroot", "wallroot",
        "wall2", "slide", "slidelink", "hingecab", "hingeleftdoor", "hingerightdoor", "microroot", "microdoorroot",
    ]
}
