/// A task in the kitchen: to bring an object within 0.3 of a goal (D4RL, d4rl/kitchen/kitchen_envs.py).
package struct KitchenTask: Sendable, Equatable {
    /// D4RL's name.
    package let name: String
    /// The index of the object's first entry in qpos.
    package let start: Int
    /// The goal of the object's entries: radians of hinges, metres of slides; the kettle's position and quaternion.
    package let goal: [Double]

    /// The Euclidean distance from the goal below which the task is completed.
    package static let tolerance = 0.3

    package static let bottomBurner = KitchenTask(name: "bottom burner", start: 11, goal: [-0.88, -0.01])
    package static let topBurner = KitchenTask(name: "top burner", start: 15, goal: [-0.92, -0.01])
    package static let lightSwitch = KitchenTask(name: "light switch", start: 17, goal: [-0.69, -0.05])
    package static let slideCabinet = KitchenTask(name: "slide cabinet", start: 19, goal: [0.37])
    package static let hingeCabinet = KitchenTask(name: "hinge cabinet", start: 20, goal: [0, 1.45])
    package static let microwave = KitchenTask(name: "microwave", start: 22, goal: [-0.75])
    package static let kettle = KitchenTask(name: "kettle", start: 23, goal: [-0.23, 0.75, 1.62, 0.99, 0, 0, -0.06])

    /// The tasks of kitchen-complete.
    package static let complete = [microwave, kettle, lightSwitch, slideCabinet]
    /// The tasks of kitchen-partial: those of kitchen-complete; only the demonstrations differ.
    package static let partial = complete
    /// The tasks of kitchen-mixed.
    package static let mixed = [microwave, kettle, bottomBurner, lightSwitch]

    /// Returns whether the task is completed at `positions`, laid out as qpos.
    package func isDone(at positions: UnsafeMutableBufferPointer<Double>) -> Bool {
        var squares = 0.0
        for i in goal.indices {
            let difference = positions[start + i] - goal[i]
            squares += difference * difference
        }
        return squares.squareRoot() < Self.tolerance
    }
}
