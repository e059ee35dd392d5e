using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Contests;

/// <summary>Compiles the C files beside this program into a temporary folder, which goes when it is disposed.</summary>
internal sealed class FloorBinary : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pollio-bench-").FullName;

    /// <summary>Why nothing can be compiled, or null.</summary>
    internal static string? Missing => ToolRunner.Exists("cc") ? null : "there is no C compiler: apt install gcc libc6-dev";

    /// <summary>Compiles one file, once.</summary>
    /// <returns>The path of the result.</returns>
    /// <exception cref="PollIOException">The compiler refused.</exception>
    internal string Compile(string source, params ReadOnlySpan<string> flags)
    {
        string output = Path.Combine(_folder, Path.GetFileNameWithoutExtension(source));
        if (!File.Exists(output))
        {
            string input = Path.Combine(AppContext.BaseDirectory, "floor", source);

            // GCC turns the loops over pointers into gathers, which cost more than the loads they replace: a floor has none.
            ToolRunner.Run("cc", [.. (string[])["-std=gnu11", "-O3", "-march=native", "-fno-tree-vectorize", "-o", output, input], .. flags]);
        }

        return output;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
