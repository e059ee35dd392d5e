using PollIO.Apps.Tests.Pages;
using PollIO.Apps.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.Packaging;

[Collection(ProcessTests.Name)]
public sealed class PackagesServeOutsideProjects : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pollio-package-");

    [Fact]
    public async Task ProjectWithPackageReferencesForwardsAndExamplesCompile()
    {
        ToolRunner.Require("gcc cmake make", "cmake", "make");
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string feed = Path.Combine(_folder.FullName, "feed");
        foreach (string project in new[] { "engine/PollIO.Engine.csproj", "pmd/PollIO.Pmd.csproj", "pmd/Hosting/PollIO.Hosting.csproj" })
        {
            await RunAsync("pack", Path.Combine(PageBlock.Root, project), "-c", configuration, "--no-build", "-o", feed);
        }

        // What our packages depend on is where building them has put it; nothing is fetched.
        string known = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        Write("nuget.config", $"""
            <configuration>
              <fallbackPackageFolders><clear /><add key="known" value="{known}" /></fallbackPackageFolders>
              <config><add key="globalPackagesFolder" value="{_folder.FullName}/packages" /></config>
              <packageSources><clear /><add key="local" value="{feed}" /></packageSources>
            </configuration>
            """);
        Write("outside.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
              <ItemGroup>
                <PackageReference Include="PollIO.Engine" Version="0.1.0" />
                <PackageReference Include="PollIO.Pmd" Version="0.1.0" />
                <PackageReference Include="PollIO.Hosting" Version="0.1.0" />
              </ItemGroup>
            </Project>
            """);
        Write("Program.cs", """
            using System.Runtime.InteropServices;
            using Microsoft.Extensions.DependencyInjection;
            using Microsoft.Extensions.Hosting;
            using PollIO;
            using PollIO.Hosting;
            using PollIO.Pmd;
            using var pool = new PacketPool(new PacketPoolOptions());
            using Port port = PortFactory.Open("null:");
            port.Configure(new PortConfig { Pool = pool });
            port.Start();
            var burst = new Packet[32];
            int received = port.RxQueues[0].Receive(burst);
            int sent = port.TxQueues[0].Transmit(burst.AsSpan(0, received));
            bool native = NativeLibrary.TryLoad("libpollio_vfio.so", typeof(PortFactory).Assembly, null, out _);
            HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Services.AddPollIO(new PollIOOptions { ReserveCpus = false, Ports = { ["lan"] = new() { Spec = "null:", Idle = IdleStrategy.Yield } } });
            using IHost host = builder.Build();
            await host.StartAsync();
            PortState hosted = host.Services.GetRequiredKeyedService<Port>("lan").State;
            await host.StopAsync();
            Console.WriteLine($"{received} {sent} {native} {hosted}");
            """);

        // The pages' examples compile as an outside project's code does, each in a namespace of its own.
        IEnumerable<PageBlock> examples = PageBlock.All("csharp");
        Assert.NotEmpty(examples);
        foreach ((int number, PageBlock example) in examples.Index())
        {
            Write($"Example{number}.cs", ExampleSource.Create(example, number));
        }

        await RunAsync("build", Path.Combine(_folder.FullName, "outside.csproj"), "-o", Path.Combine(_folder.FullName, "out"));

        Assert.Equal("32 32 True Started\n", await RunAsync(Path.Combine(_folder.FullName, "out", "outside.dll")));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);

    private static async Task<string> RunAsync(params string[] arguments)
    {
        ToolResult result = await ToolRunner.RunAsync("dotnet", arguments, s_limit);
        Assert.True(result.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {result.Output}{result.Error}");
        return result.Output;
    }
}
