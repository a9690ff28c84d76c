/// The purely visual parts of a model's MJCF text: a sky, a checkered floor, light and the colours of bodies.
///
/// Every property is text to be inserted at the place that its name says. Those of `none` are empty, so they leave the
/// text of a model for simulation unchanged.
package struct Scenery: Sendable, Equatable {
    /// Child elements of `mujoco`.
    package var sections = ""
    /// Attributes of the floor, a plane, other than its size, which `floorSize` has.
    package var floor = ""
    /// The floor's size; nil for the model's.
    package var floorSize: String?
    /// A light that follows the root body, of which it is a child.
    package var light = ""
    /// Attributes of a body's geoms.
    package var body = ""
    /// Attributes of the geoms of a limb on the far side.
    package var farBody = ""
    /// Attributes of walls.
    package var wall = ""

    /// No scenery, for simulation.
    package static let none = Scenery()

    /// The period of the floor's checkerboard in metres: two squares.
    static let floorPeriod = 2.0

    /// Returns an endless checkered floor of 1 m squares under a bright sky.
    ///
    /// - Parameter extent: the radius around the root in metres that has shadows; clipping distances scale with it.
    package static func studio(extent: Double) -> Scenery {
        Scenery(
            sections: """

                <statistic extent="\(extent)"/>
                <visual>
                <headlight ambient=".35 .35 .35" diffuse=".25 .25 .25" specular="0 0 0"/>
                <quality shadowsize="2048" offsamples="4"/>
                <map znear=".05" zfar="60" shadowclip="2"/>
                </visual>
                <asset>
                <texture name="sky" type="skybox" builtin="gradient" rgb1=".93 .96 1" rgb2=".55 .7 .9" width="256" height="256"/>
                <texture name="checker" type="2d" builtin="checker" rgb1=".78 .8 .83" rgb2=".66 .69 .73" width="256" height="256"/>
                <material name="floor" texture="checker" texrepeat="\(1 / floorPeriod) \(1 / floorPeriod)" texuniform="true" specular="0"/>
                <material name="body" rgba=".85 .45 .15 1" specular=".3" shininess=".3"/>
                <material name="far body" rgba=".25 .45 .7 1" specular=".3" shininess=".3"/>
                <material name="wall" rgba=".55 .5 .45 1" specular="0"/>
                </asset>
                """,
            floor: #" material="floor""#,
            floorSize: "0 0 1",
            light: #"<light mode="trackcom" directional="true" pos="-1 -1.5 4" dir=".25 .4 -1" "#
                + #"diffuse=".6 .6 .6" specular=".2 .2 .2"/>"#,
            body: #" material="body""#,
            farBody: #" material="far body""#,
            wall: #" material="wall""#)
    }
}
