import CMuJoCo
import Environments
import Numerics
import Testing

/// Images show what they should, and drawing does not change the physics.
@Suite struct CameraTests {
    private let width = 160
    private let height = 120

    private func camera(of name: String) throws -> Camera {
        try Camera(EnvironmentRegistry.make(name).drawable, width: width, height: height)
    }

    /// The number of pixels with the bodies' orange, and their mean column and row.
    private func orange(_ image: Image) -> (count: Int, column: Double, row: Double) {
        centre(image) { red, green, blue in red > green + 30 && green > blue + 10 }
    }

    /// The same for the blue of a limb on the far side; the sky is brighter.
    private func farBlue(_ image: Image) -> (count: Int, column: Double, row: Double) {
        centre(image) { red, green, blue in blue > green + 20 && green > red + 20 && red < 100 }
    }

    private func centre(
        _ image: Image, where belongs: (Int, Int, Int) -> Bool
    ) -> (count: Int, column: Double, row: Double) {
        var (count, columns, rows) = (0, 0, 0)
        for pixel in 0..<image.width * image.height {
            let rgb = image.bytes[3 * pixel..<3 * pixel + 3].map { Int($0) }
            guard belongs(rgb[0], rgb[1], rgb[2]) else { continue }
            count += 1
            columns += pixel % image.width
            rows += pixel / image.width
        }
        return (count, Double(columns) / Double(count), Double(rows) / Double(count))
    }

    /// The mean absolute difference of the images' bytes.
    private func difference(_ one: Image, _ other: Image) -> Double {
        Double(zip(one.bytes, other.bytes).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }) / Double(one.bytes.count)
    }

    private func colours(_ image: Image) -> Int {
        Set(stride(from: 0, to: image.bytes.count, by: 3).map { Array(image.bytes[$0..<$0 + 3]) }).count
    }

    @Test func theHopperStandsUprightInTheMiddle() throws {
        let image = try camera(of: "hopper").image(of: [0, 1.25, 0, 0, 0, 0])
        #expect((image.width, image.height, image.bytes.count) == (160, 120, 3 * 160 * 120))
        let body = orange(image)
        #expect(body.count > 200 && body.count < 2000, "\(body.count) pixels")
        #expect(abs(body.column - 80) < 8)
        #expect(colours(image) > 100, "light and shadow")
        let (sky, ground) = (image.bytes[0..<3], image.bytes.suffix(3))
        #expect(sky.last! > sky.first! + 20, "blue above: \(sky)")
        #expect(ground.max()! - ground.min()! < 30, "grey below: \(ground)")
    }

    @Test func theBodyMovesInThePicture() throws {
        let camera = try camera(of: "hopper")
        let low = try camera.image(of: [0, 1.25, 0, 0, 0, 0])
        let high = try camera.image(of: [0, 1.55, 0, 0, 0, 0])
        #expect(orange(high).row < orange(low).row - 5, "0.3 m higher is higher in the image")
        let folded = try camera.image(of: [0, 1.25, 0, -1.5, -1.5, 0])
        #expect(folded != low && abs(orange(folded).column - orange(low).column) > 2)
        #expect(try camera.image(of: [0, 1.25, 0, 0, 0, 0]) == low, "the same state gives the same image")
    }

    @Test func theCameraFollowsTheBody() throws {
        let camera = try camera(of: "hopper")
        let start = try camera.image(of: [0, 1.25, 0, 0, 0, 0])
        for distance in [1.0, 501] {
            let later = try camera.image(of: [distance, 1.25, 0, 0, 0, 0])
            #expect(abs(orange(later).column - orange(start).column) < 2)
            #expect(difference(later, start) > 2, "the floor, in squares of 1 m, moves past")
            let another = try camera.image(of: [distance + 1, 1.25, 0, 0, 0, 0])
            #expect(difference(another, start) < 0.5, "two squares on it looks the same: the floor is endless")
        }
    }

    @Test func farLimbsHaveAnotherColour() throws {
        let legs: [Double] = [0, 1.25, 0, -0.6, 0, 0, 0, 0, 0]
        #expect(farBlue(try camera(of: "walker2d").image(of: legs)).count > 100)
        #expect(farBlue(try camera(of: "hopper").image(of: [0, 1.25, 0, 0, 0, 0])).count == 0)
    }

    /// The ball at the goal is green, and nothing else is.
    @Test func theGoalOfAMazeIsSeen() throws {
        let maze = try EnvironmentRegistry.make("antmaze-umaze").drawable
        let camera = try Camera(maze, width: width, height: height)
        var rows: [Double] = []
        for episode in 0..<2 {
            try maze.reset(episode: episode, stream: RandomStream("tests/camera"))
            let image = try camera.image(of: maze.positions)
            let ball = centre(image) { red, green, blue in green > red + 30 && green > blue + 30 }
            #expect(ball.count > 10 && ball.row < 50, "in the north: \(ball)")
            #expect(orange(image).count > 10 && orange(image).row > 60, "the ant starts in the south")
            rows.append(ball.row)
        }
        #expect(rows[0] != rows[1], "every episode has another goal")
    }

    @Test(arguments: EnvironmentRegistry.names)
    func everyEnvironmentCanBeDrawn(_ name: String) throws {
        let environment = try EnvironmentRegistry.make(name).drawable
        let camera = try Camera(environment, width: width, height: height)
        try environment.reset(episode: 0, stream: RandomStream("tests/camera"))
        let image = try camera.image(of: environment.positions)
        #expect(colours(image) > 100)
        #expect(environment.controlStep > 0.001 && environment.controlStep < 0.2)
    }

    /// Each camera has its own OpenGL context, of which a thread has one current at a time.
    @Test func camerasDoNotDisturbEachOther() throws {
        let state: [Double] = [0, 1.25, 0, 0, 0, 0]
        let hopper = try camera(of: "hopper")
        let alone = try hopper.image(of: state)
        do {
            let walker = try camera(of: "walker2d")
            let other = try walker.image(of: [0, 1.25, 0, 0, 0, 0, 0, 0, 0])
            #expect(try hopper.image(of: state) == alone && other != alone)
        }
        #expect(try hopper.image(of: state) == alone, "after the other camera was freed")
    }

    // MARK: The physics

    @Test(arguments: DynamicsProfile.allCases)
    func aModelWithVisualsMovesAsThePlainOne(_ profile: DynamicsProfile) throws {
        for task in [Hopper.task, HalfCheetah.task, Walker2d.task] {
            let environment = try PlanarLocomotion(task, profile: profile)
            let (plain, dressed) = (environment.simulation, try environment.makeDrawing())
            #expect(plain.bodyMasses == dressed.bodyMasses)
            for step in 0..<200 {
                for simulation in [plain, dressed] {
                    for i in simulation.controls.indices {
                        simulation.controls[i] = RandomStream("tests/dressed").uniform(step: step, index: i) - 0.5
                    }
                    try simulation.step(1)
                }
            }
            #expect(Array(plain.positions) == Array(dressed.positions))
            #expect(Array(plain.velocities) == Array(dressed.velocities))
        }
    }

    /// KitchenAssetsTests checks the same for the kitchen's visuals.
    @Test func anAntWithVisualsMovesAsThePlainOne() throws {
        let maze = try EnvironmentRegistry.make("antmaze-medium").drawable
        let plain = try #require((maze as? AntMaze)?.simulation)
        let dressed = try maze.makeDrawing()
        for step in 0..<200 {
            for simulation in [plain, dressed] {
                for i in simulation.controls.indices {
                    simulation.controls[i] = 30 * RandomStream("tests/dressed").uniform(step: step, index: i) - 15
                }
                try simulation.step(1)
            }
        }
        #expect(Array(plain.positions) == Array(dressed.positions))
        #expect(Array(plain.velocities) == Array(dressed.velocities))
    }

    @Test func simulatedModelsHaveNoVisuals() {
        for task in [Hopper.task, HalfCheetah.task, Walker2d.task] {
            let text = task.model(.d4rl).mjcf(.d4rl)
            for word in ["material", "texture", "light", "visual", "statistic"] { #expect(!text.contains(word)) }
            #expect(task.model(.d4rl).mjcf(.d4rl, scenery: .studio(extent: 3)).contains(#"material="floor""#))
        }
    }
}
