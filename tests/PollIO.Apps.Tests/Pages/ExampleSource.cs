using System.Text.RegularExpressions;

namespace PollIO.Apps.Tests.Pages;

/// <summary>Makes a file of a project of an example that is a program with statements at the top, so that many fit into one project.</summary>
internal static partial class ExampleSource
{
    internal static string Create(PageBlock example, int number)
    {
        string[] lines = example.Text.Split('\n');
        int statements = Array.FindIndex(lines, line => line.Length != 0 && !Using().IsMatch(line));
        int types = Array.FindIndex(lines, line => Type().IsMatch(line));
        types = types < 0 ? lines.Length : types;
        return $$"""
            namespace Example{{number}}
            {
            {{string.Join('\n', lines[..statements])}}
            static class Example
            {
                static async Task RunAsync()
                {
                    await Task.Yield();
            #line {{example.Line + 1 + statements}} "{{example.Page}}"
            {{string.Join('\n', lines[statements..types])}}
                }
            }
            #line {{example.Line + 1 + types}} "{{example.Page}}"
            {{string.Join('\n', lines[types..])}}
            }
            """;
    }

    [GeneratedRegex(@"^using [\w.]+;$")]
    private static partial Regex Using();

    [GeneratedRegex(@"^((public|internal|sealed|readonly|static) )*(class|struct|record|interface) ")]
    private static partial Regex Type();
}
